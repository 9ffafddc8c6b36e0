using System.Globalization;
using Microsoft.AspNetCore.Http;
using Sync.DryRuns;

namespace Sync.Capture;

/// <summary>What the current request has written: the positions for the header of its answer, and whether any of it is committed.</summary>
internal static class RequestPositions
{
    public const string Header = "Strangler-Position";

    private static readonly object Item = new();

    /// <summary>A save has written changes of the module; they count for nothing yet but a look of the relay.</summary>
    public static void Touch(HttpContext? context, string module)
    {
        if (context is not null) Of(context).Touched.Add(module);
    }

    /// <summary>A transaction of the request is committed: from now on it cannot be said that nothing has been written.</summary>
    public static void Commit(HttpContext? context)
    {
        if (context is not null) Of(context).HasCommitted = true;
    }

    /// <summary>The request is to be told what it has changed: the proxy compares it with what the other side would change.</summary>
    public static void KeepChanges(HttpContext context) => Of(context).Changes = new(StringComparer.Ordinal);

    public static bool KeepsChanges(HttpContext? context) => context?.Items[Item] is Written { Changes: not null };

    /// <summary>The changes are committed.</summary>
    public static void Record(HttpContext? context, ChangeReport written)
    {
        if (context is null) return;
        var all = Of(context);
        all.Positions[written.Module] = (written.Epoch, written.Last);
        if (all.Changes is not { } changes) return;
        changes[written.Module] = changes.TryGetValue(written.Module, out var before) && before.Epoch == written.Epoch
            ? written with { First = before.First, Changes = [.. before.Changes, .. written.Changes] }
            : written;
    }

    public static bool HasCommitted(HttpContext context) => context.Items[Item] is Written { HasCommitted: true };

    public static IEnumerable<string> ModulesOf(HttpContext context) => context.Items[Item] is Written written ? written.Touched : [];

    public static void WriteHeader(HttpContext context)
    {
        if (context.Items[Item] is not Written written) return;
        foreach (var (module, at) in written.Positions)
            context.Response.Headers.Append(Header, string.Create(CultureInfo.InvariantCulture, $"{module};{at.Epoch};{at.Position}"));
        if (written.Changes is null) return;
        foreach (var changes in written.Changes.Values) context.Response.Headers.Append(SyncHeaders.Changes, changes.ToHeader());
    }

    private static Written Of(HttpContext context)
    {
        if (context.Items[Item] is not Written written) context.Items[Item] = written = new();
        return written;
    }

    private sealed class Written
    {
        public HashSet<string> Touched { get; } = new(StringComparer.Ordinal);

        public Dictionary<string, (long Epoch, long Position)> Positions { get; } = new(StringComparer.Ordinal);

        /// <summary>By module; null unless they are to be told.</summary>
        public Dictionary<string, ChangeReport>? Changes { get; set; }

        public bool HasCommitted { get; set; }
    }
}
