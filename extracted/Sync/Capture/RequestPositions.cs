using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Sync.Capture;

/// <summary>What the current request has written, for the header of its answer.</summary>
internal static class RequestPositions
{
    public const string Header = "Strangler-Position";

    private static readonly object Item = new();

    public static void Record(HttpContext? context, string module, long epoch, long position)
    {
        if (context is null) return;
        if (context.Items[Item] is not Dictionary<string, (long Epoch, long Position)> written)
            context.Items[Item] = written = new(StringComparer.Ordinal);
        written[module] = (epoch, position);
    }

    public static IEnumerable<string> ModulesOf(HttpContext context) =>
        context.Items[Item] is Dictionary<string, (long Epoch, long Position)> written ? written.Keys : [];

    public static void WriteHeader(HttpContext context)
    {
        if (context.Items[Item] is not Dictionary<string, (long Epoch, long Position)> written) return;
        foreach (var (module, at) in written)
            context.Response.Headers.Append(Header, string.Create(CultureInfo.InvariantCulture, $"{module};{at.Epoch};{at.Position}"));
    }
}
