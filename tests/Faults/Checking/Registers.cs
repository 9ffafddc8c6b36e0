using Faults.History;

namespace Faults.Checking;

/// <summary>
/// Rows that one client alone writes, with values that are never written twice: what it reads is what it was told, or what it was told nothing about; versions never
/// go back; and both databases hold it in the end.
/// </summary>
internal static class Registers
{
    public static IEnumerable<Violation> Check(RunHistory history)
    {
        var violations = new List<Violation>();
        var before = history.Before.ToDictionary(static row => row.Key);
        var end = history.End;
        var created = history.Operations.Where(static o => o is { Act: Act.Create, Outcome: Outcome.Acknowledged }).Select(static o => o.Key).ToHashSet();
        foreach (var row in history.Operations.Where(o => o.Key > 0 && o.Act != Act.Transfer && !history.Accounts.Contains(o.Key)).GroupBy(static o => o.Key))
        {
            var sure = created.Contains(row.Key) ? null : before.GetValueOrDefault(row.Key)?.Value;
            var state = new Register(row.Key, sure, history.Outages);
            foreach (var operation in row.OrderBy(static o => o.Start)) violations.AddRange(state.Take(operation));
            if (end is null) continue;
            violations.AddRange(state.End("legacy", end.Legacy.FirstOrDefault(r => r.Key == row.Key)?.Value));
            violations.AddRange(state.End("service", end.Service.FirstOrDefault(r => r.Key == row.Key)?.Value));
        }

        return violations;
    }

    /// <summary>What may be known about one row.</summary>
    private sealed class Register(int key, string? sure, IEnumerable<Outage> outages)
    {
        private readonly List<string?> _open = [];
        private readonly HashSet<string> _past = sure is null ? [] : [sure];
        private string? _sure = sure;
        private Operation? _written;
        private Operation? _newest;

        public IEnumerable<Violation> Take(Operation operation)
        {
            switch (operation)
            {
                case { Act: Act.Read, Outcome: Outcome.Acknowledged }:
                    return Read(operation);
                case { Act: Act.Read }:
                    return [];
                case { Outcome: Outcome.Acknowledged }:
                    Become(operation.Value);
                    _written = operation;
                    return Newer(operation);
                case { Outcome: Outcome.Unknown }:
                    _open.Add(operation.Value);
                    return [];
                default:
                    return [];
            }
        }

        public IEnumerable<Violation> End(string side, string? held) => held == _sure || _open.Contains(held)
            ? []
            : [new Violation("acknowledged write lost", $"row {key} of the {side} holds '{held ?? "nothing"}' in the end, not '{_sure ?? "nothing"}'{Open()}; last written by {_written?.ToString() ?? "nobody"}")];

        private IEnumerable<Violation> Read(Operation read)
        {
            if (_open.Contains(read.Value)) Become(read.Value);
            else if (read.Value != _sure)
            {
                // Credentials are remembered by one proxy, in its memory: once that is gone, an older state may be shown until the copy has caught up.
                if (Forgotten(read) && (read.Value is null || _past.Contains(read.Value))) return [];
                return [new Violation("read your writes", $"{read} instead of '{_sure ?? "nothing"}'{Open()}, written by {_written?.ToString() ?? "nobody"}")];
            }

            return Newer(read);
        }

        private IEnumerable<Violation> Newer(Operation seen)
        {
            if (seen.Version == 0) return [];
            if (_newest is { } newest && seen.Version < newest.Version) return [new Violation("version went back", $"{seen} after {newest}")];
            _newest = seen;
            return [];
        }

        private bool Forgotten(Operation read) => _written is { } written && outages.Any(o => o.Loses && o.Who == read.Via && o.Start <= read.End && o.End >= written.Start);

        private void Become(string? value)
        {
            if (value is not null) _past.Add(value);
            _sure = value;
            _open.Clear();
        }

        private string Open() => _open.Count == 0 ? "" : $" (nor any of {string.Join(", ", _open)})";
    }
}
