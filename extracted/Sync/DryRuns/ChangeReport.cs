using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Sync.Outbox;

namespace Sync.DryRuns;

/// <summary>The change messages of one write to one module: where they stand, and what they say.</summary>
/// <param name="Module">The module.</param>
/// <param name="Epoch">The owner's epoch; 0 in a dry run, whose changes have no place.</param>
/// <param name="First">The position of the first change. Between it and the last may stand others' where writers run side by side.</param>
/// <param name="Last">The position of the last change.</param>
/// <param name="Changes">The changes in their order.</param>
internal sealed record ChangeReport(string Module, long Epoch, long First, long Last, IReadOnlyList<OutboxChange> Changes)
{
    private const int LargestInline = 64 * 1024;

    /// <summary>The value of the header: module, epoch, first, last, count, SHA-256 of the JSON, and the JSON itself in base 64 unless it is too long.</summary>
    public string ToHeader()
    {
        var json = Json();
        var hash = Convert.ToHexStringLower(SHA256.HashData(json));
        var inline = json.Length <= LargestInline ? Convert.ToBase64String(json) : "";
        return string.Create(CultureInfo.InvariantCulture, $"{Module};{Epoch};{First};{Last};{Changes.Count};{hash};{inline}");
    }

    private ReadOnlySpan<byte> Json()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = SyncJson.Options.Encoder }))
        {
            writer.WriteStartArray();
            foreach (var change in Changes)
            {
                writer.WriteStartObject();
                writer.WriteString("entity"u8, change.Entity);
                writer.WriteString("key"u8, change.Key);
                writer.WriteString("type"u8, change.Type);
                writer.WritePropertyName("payload"u8);
                writer.WriteRawValue(change.Payload, skipInputValidation: true);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }

        return buffer.WrittenSpan;
    }
}
