using System.Text.Json;

namespace Sync.Reconcile;

/// <summary>Names what differs between two rows.</summary>
internal static class Differences
{
    public static bool AreEqual(byte[]? own, JsonElement? other) =>
        own is null ? other is null : other is { } row && own.AsSpan().SequenceEqual(JsonSerializer.SerializeToUtf8Bytes(row, SyncJson.Options));

    public static Difference Describe(string entity, string key, byte[]? own, JsonElement? other)
    {
        if (other is not { } theirs) return new Difference(entity, key, "missing", []);
        if (own is null) return new Difference(entity, key, "extra", []);
        using var document = JsonDocument.Parse(own);
        var fields = new List<string>();
        foreach (var property in document.RootElement.EnumerateObject())
        {
            if (!theirs.TryGetProperty(property.Name, out var value) || !JsonElement.DeepEquals(value, property.Value)) fields.Add(property.Name);
        }

        return new Difference(entity, key, "different", fields);
    }
}
