using System.Buffers;
using System.Text.Json;

namespace Sync.Delivery;

/// <summary>
/// Batches and replies as JSON. A message is an array (entity, key, type, epoch, position, traceparent, payload) and the outcomes are one letter each, because a
/// backfill sends millions of them.
/// </summary>
internal static class BatchFormat
{
    private const string Letters = "ADSR";

    public static ReadOnlyMemory<byte> Write(SyncBatch batch)
    {
        var buffer = new ArrayBufferWriter<byte>(1024 + (256 * batch.Messages.Count));
        using var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { SkipValidation = true, Encoder = SyncJson.Options.Encoder });
        writer.WriteStartObject();
        writer.WriteString("module"u8, batch.Module);
        writer.WriteString("from"u8, batch.From);
        if (batch.Vacate) writer.WriteBoolean("vacate"u8, true);
        if (batch.Range is { } range)
        {
            writer.WritePropertyName("range"u8);
            JsonSerializer.Serialize(writer, range, SyncJson.Options);
        }

        writer.WriteStartArray("messages"u8);
        foreach (var message in batch.Messages)
        {
            writer.WriteStartArray();
            writer.WriteStringValue(message.Entity);
            writer.WriteStringValue(message.Key);
            writer.WriteStringValue(message.Type);
            writer.WriteNumberValue(message.Epoch);
            writer.WriteNumberValue(message.Position);
            writer.WriteStringValue(message.TraceParent);
            writer.WriteRawValue(message.Payload.Span, skipInputValidation: true);
            writer.WriteEndArray();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.Flush();
        return buffer.WrittenMemory;
    }

    /// <exception cref="JsonException">The bytes are no batch.</exception>
    public static SyncBatch Read(ReadOnlyMemory<byte> body)
    {
        var reader = new Utf8JsonReader(body.Span);
        string? module = null, from = null;
        SyncRange? range = null;
        var vacate = false;
        var messages = new List<SyncMessage>();
        Expect(ref reader, JsonTokenType.StartObject);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString();
            reader.Read();
            switch (name)
            {
                case "module": module = reader.GetString(); break;
                case "from": from = reader.GetString(); break;
                case "vacate": vacate = reader.GetBoolean(); break;
                case "range": range = JsonSerializer.Deserialize<SyncRange>(ref reader, SyncJson.Options); break;
                case "messages": ReadMessages(ref reader, body, module ?? throw new JsonException("The module must come before the messages."), messages); break;
                default: reader.Skip(); break;
            }
        }

        return new SyncBatch(module ?? throw new JsonException("The batch names no module."), from ?? "", messages, range, vacate);
    }

    public static byte[] Write(SyncReply reply)
    {
        var outcomes = string.Create(reply.Results.Count, reply.Results, static (letters, results) =>
        {
            for (var index = 0; index < letters.Length; index++) letters[index] = Letters[(int)results[index].Outcome];
        });
        var reasons = new Dictionary<int, string>();
        for (var index = 0; index < reply.Results.Count; index++)
        {
            if (reply.Results[index].Reason is { } reason) reasons[index] = reason;
        }

        return JsonSerializer.SerializeToUtf8Bytes(new WireReply(outcomes, reasons.Count > 0 ? reasons : null, reply.Extra.Count > 0 ? reply.Extra : null), SyncJson.Options);
    }

    /// <exception cref="JsonException">The bytes are no reply to so many messages.</exception>
    public static SyncReply ReadReply(ReadOnlySpan<byte> body, int messages)
    {
        var wire = JsonSerializer.Deserialize<WireReply>(body, SyncJson.Options);
        if (wire?.Outcomes is not { } outcomes || outcomes.Length != messages)
            throw new JsonException($"The reply has {wire?.Outcomes?.Length ?? 0} outcomes for {messages} messages.");
        var results = new SyncResult[messages];
        for (var index = 0; index < messages; index++)
        {
            var outcome = Letters.IndexOf(outcomes[index], StringComparison.Ordinal);
            if (outcome < 0) throw new JsonException($"The reply has the unknown outcome '{outcomes[index]}'.");
            results[index] = new SyncResult((SyncOutcome)outcome, wire.Reasons?.GetValueOrDefault(index));
        }

        return new SyncReply(results, wire.Extra ?? []);
    }

    private static void ReadMessages(ref Utf8JsonReader reader, ReadOnlyMemory<byte> body, string module, List<SyncMessage> messages)
    {
        string entity = "", type = "";
        while (reader.Read() && reader.TokenType == JsonTokenType.StartArray)
        {
            entity = Next(ref reader, entity);
            reader.Read();
            var key = reader.GetString() ?? throw new JsonException("A message has no key.");
            type = Next(ref reader, type);
            reader.Read();
            var epoch = reader.GetInt64();
            reader.Read();
            var position = reader.GetInt64();
            reader.Read();
            var trace = reader.GetString();
            reader.Read();
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            messages.Add(new SyncMessage(module, entity, key, type, epoch, position, trace, body[start..(int)reader.BytesConsumed]));
            reader.Read();
            if (reader.TokenType != JsonTokenType.EndArray) throw new JsonException("A message has too many parts.");
        }
    }

    /// <summary>Neighbours are mostly of one entity and type: their names are kept once.</summary>
    private static string Next(ref Utf8JsonReader reader, string last)
    {
        reader.Read();
        return reader.ValueTextEquals(last) ? last : reader.GetString() ?? throw new JsonException("A message names no entity or type.");
    }

    private static void Expect(ref Utf8JsonReader reader, JsonTokenType type)
    {
        if (!reader.Read() || reader.TokenType != type) throw new JsonException("The body is no batch.");
    }

    private sealed record WireReply(string Outcomes, Dictionary<int, string>? Reasons, IReadOnlyList<string>? Extra);
}
