using Strangler.Cli.Rehearse.Clients;

namespace Strangler.Cli.Rehearse.Way;

/// <summary>A stage that a module was at.</summary>
/// <param name="Module">The module.</param>
/// <param name="Stage">The stage, with its percentage at Canary.</param>
/// <param name="Began">Since the rehearsal's first request.</param>
/// <param name="Took">From its beginning to the next stage's.</param>
/// <param name="Requests">How many were sent meanwhile.</param>
internal sealed record StageTime(string Module, string Stage, TimeSpan Began, TimeSpan Took, long Requests);

/// <summary>A change of owner.</summary>
/// <param name="Module">The module.</param>
/// <param name="Direction">From which stage to which.</param>
/// <param name="Pause">How much longer the slowest write took that was under way meanwhile than the median write of the whole rehearsal; null without a write.</param>
/// <param name="Held">How long the proxy says that it held writes.</param>
internal sealed record OwnerSwitch(string Module, string Direction, TimeSpan? Pause, TimeSpan? Held);

/// <summary>Notes stages and switches while they pass.</summary>
internal sealed class StageTimes(LoadTally tally)
{
    private readonly long _began = TimeProvider.System.GetTimestamp();
    private readonly List<StageTime> _stages = [];
    private readonly List<(string Module, string Direction, long From, long To, TimeSpan? Held)> _switches = [];
    private (string Module, string Stage, long Since, long Requests)? _now;

    public IReadOnlyList<StageTime> Stages => _stages;

    public TimeSpan Elapsed => TimeProvider.System.GetElapsedTime(_began);

    public void Enter(string module, string stage)
    {
        Leave();
        _now = (module, stage, TimeProvider.System.GetTimestamp(), tally.Requests);
    }

    public void Leave()
    {
        if (_now is not var (module, stage, since, requests)) return;
        _stages.Add(new StageTime(module, stage, TimeProvider.System.GetElapsedTime(_began, since), TimeProvider.System.GetElapsedTime(since), tally.Requests - requests));
        _now = null;
    }

    public void Switched(string module, string direction, long from, double? heldMilliseconds) =>
        _switches.Add((module, direction, from, TimeProvider.System.GetTimestamp(), heldMilliseconds is { } held ? TimeSpan.FromMilliseconds(held) : null));

    /// <summary>The switches with what clients noticed of them. Called once the clients have stopped.</summary>
    public IReadOnlyList<OwnerSwitch> Switches()
    {
        var writes = tally.WriteTimes;
        if (writes.Length == 0) return [.. _switches.Select(static s => new OwnerSwitch(s.Module, s.Direction, null, s.Held))];
        var median = writes.Select(static w => w.Took).Order().ElementAt(writes.Length / 2);
        return [.. _switches.Select(s =>
        {
            var during = writes.Where(w => w.Overlaps(s.From, s.To)).Select(static w => w.Took).DefaultIfEmpty().Max();
            return new OwnerSwitch(s.Module, s.Direction, during > median ? during - median : TimeSpan.Zero, s.Held);
        })];
    }
}
