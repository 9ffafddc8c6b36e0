using System.Text.Json;

namespace Strangler.Plan;

/// <summary>A JSON value that knows its line. <see cref="JsonDocument"/> forgets lines, and an error without one is hard to mend in a long plan.</summary>
internal sealed class PlanNode(JsonValueKind kind, long line)
{
    public JsonValueKind Kind => kind;

    public long Line => line;

    /// <summary>The text of a string, or of a number as it was written.</summary>
    public string Text { get; private init; } = "";

    public List<(string Name, PlanNode Value, long Line)> Members { get; } = [];

    public List<PlanNode> Items { get; } = [];

    /// <exception cref="JsonException">The bytes are no JSON.</exception>
    public static PlanNode Parse(ReadOnlySpan<byte> json)
    {
        if (json.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF])) json = json[3..];
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
        var lines = new LineCounter();
        reader.Read();
        var root = Read(ref reader, json, lines);
        reader.Read();
        return root;
    }

    private static PlanNode Read(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, LineCounter lines)
    {
        var line = lines.At(json, reader.TokenStartIndex);
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                var parent = new PlanNode(JsonValueKind.Object, line);
                while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
                {
                    var name = reader.GetString()!;
                    var nameLine = lines.At(json, reader.TokenStartIndex);
                    reader.Read();
                    parent.Members.Add((name, Read(ref reader, json, lines), nameLine));
                }

                return parent;
            case JsonTokenType.StartArray:
                var list = new PlanNode(JsonValueKind.Array, line);
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray) list.Items.Add(Read(ref reader, json, lines));
                return list;
            case JsonTokenType.String:
                return new PlanNode(JsonValueKind.String, line) { Text = reader.GetString()! };
            case JsonTokenType.Number:
                return new PlanNode(JsonValueKind.Number, line) { Text = System.Text.Encoding.ASCII.GetString(reader.ValueSpan) };
            case JsonTokenType.True:
                return new PlanNode(JsonValueKind.True, line);
            case JsonTokenType.False:
                return new PlanNode(JsonValueKind.False, line);
            default:
                return new PlanNode(JsonValueKind.Null, line);
        }
    }

    /// <summary>Counts line feeds once over the whole file, as tokens only move forward.</summary>
    private sealed class LineCounter
    {
        private long _line = 1;
        private int _seen;

        public long At(ReadOnlySpan<byte> json, long index)
        {
            _line += json[_seen..(int)index].Count((byte)'\n');
            _seen = (int)index;
            return _line;
        }
    }
}
