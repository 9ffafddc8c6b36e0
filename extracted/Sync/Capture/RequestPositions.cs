using System.Globalization;
using Microsoft.AspNetCore.Http;

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

    /// <summary>The changes up to the position are committed.</summary>
    public static void Record(HttpContext? context, string module, long epoch, long position)
    {
        if (context is not null) Of(context).Positions[module] = (epoch, position);
    }

    public static bool HasCommitted(HttpContext context) => context.Items[Item] is Written { HasCommitted: true };

    public static IEnumerable<string> ModulesOf(HttpContext context) => context.Items[Item] is Written written ? written.Touched : [];

    public static void WriteHeader(HttpContext context)
    {
        if (context.Items[Item] is not Written written) return;
        foreach (var (module, at) in written.Positions)
            context.Response.Headers.Append(Header, string.Create(CultureInfo.InvariantCulture, $"{module};{at.Epoch};{at.Position}"));
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

        public bool HasCommitted { get; set; }
    }
}
