using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Strangler.Mirroring.DryRuns;

/// <summary>The change messages that a side tells of one module.</summary>
/// <param name="Epoch">The owner's epoch; 0 in a dry run.</param>
/// <param name="First">The position of the first change.</param>
/// <param name="Last">The position of the last one.</param>
/// <param name="Count">How many there are.</param>
/// <param name="Hash">Of all of them.</param>
/// <param name="Changes">The messages; null when they were too long to be told.</param>
internal sealed record ChangeReport(long Epoch, long First, long Last, int Count, string Hash, IReadOnlyList<Change>? Changes)
{
    /// <summary>Nothing has changed.</summary>
    public static ChangeReport None { get; } = new(0, 0, 0, 0, "", []);

    /// <summary>Finds the module's report among the values of the header.</summary>
    public static ChangeReport Of(string module, IEnumerable<string?> headers)
    {
        foreach (var header in headers)
        {
            var parts = header?.Split(';') ?? [];
            if (parts.Length != 7 || parts[0] != module) continue;
            return new ChangeReport(Number(parts[1]), Number(parts[2]), Number(parts[3]), (int)Number(parts[4]), parts[5], parts[6].Length == 0 ? null : Read(Convert.FromBase64String(parts[6])));
        }

        return None;
    }

    private static long Number(string text) => long.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);

    private static List<Change> Read(byte[] json)
    {
        using var document = JsonDocument.Parse(json);
        return [.. document.RootElement.EnumerateArray().Select(static change => new Change(
            change.GetProperty("entity").GetString()!, change.GetProperty("key").GetString()!, change.GetProperty("type").GetString()!, JsonNode.Parse(change.GetProperty("payload").GetRawText())))];
    }
}

/// <summary>One change message.</summary>
internal sealed record Change(string Entity, string Key, string Type, JsonNode? Payload);

/// <summary>How far the copy was when a dry run began: a place in what the process that answered has applied.</summary>
internal sealed record AppliedMark(string Process, long Count, long Epoch, long Highest)
{
    public static AppliedMark? Of(string module, IEnumerable<string?> headers)
    {
        foreach (var header in headers)
        {
            var parts = header?.Split(';') ?? [];
            if (parts.Length == 5 && parts[0] == module)
                return new AppliedMark(parts[1], long.Parse(parts[2], CultureInfo.InvariantCulture), long.Parse(parts[3], CultureInfo.InvariantCulture), long.Parse(parts[4], CultureInfo.InvariantCulture));
        }

        return null;
    }
}
