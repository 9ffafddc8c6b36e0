using System.Globalization;
using System.Text.Json;

namespace Strangler.Plan;

/// <summary>One object of the plan while it is read: hands out its fields by type and notes everything that is wrong with them.</summary>
internal sealed class PlanSection
{
    private readonly Dictionary<string, PlanNode> _fields = new(StringComparer.Ordinal);
    private readonly List<PlanError> _errors;
    private readonly PlanNode _node;

    public PlanSection(PlanNode node, string path, List<PlanError> errors, string[]? known)
    {
        _node = node;
        _errors = errors;
        Path = path;
        foreach (var (name, value, line) in node.Members)
        {
            if (!_fields.TryAdd(name, value))
                errors.Add(new PlanError($"{At(name)} (line {line})", "The field is there twice.", "Keep one of the two."));
            else if (known is not null && !known.Contains(name, StringComparer.Ordinal))
                errors.Add(Unknown(name, line, known));
        }
    }

    public string Path { get; }

    public IEnumerable<KeyValuePair<string, PlanNode>> Fields => _fields;

    public string At(string name) => Path.Length == 0 ? name : $"{Path}.{name}";

    public void Add(PlanNode? at, string name, string what, string mend) =>
        _errors.Add(new PlanError($"{At(name)} (line {(at ?? _node).Line})", what, mend));

    public PlanNode? Field(string name) => _fields.GetValueOrDefault(name);

    public PlanNode? Field(string name, JsonValueKind kind, string shape)
    {
        if (!_fields.TryGetValue(name, out var node)) return null;
        if (node.Kind == kind) return node;
        Add(node, name, $"The value is {Describe(node.Kind)}, but {shape} belongs here.", $"Write {shape}.");
        return null;
    }

    public PlanSection? Section(string name, string[]? known) =>
        Field(name, JsonValueKind.Object, "an object { }") is { } node ? new PlanSection(node, At(name), _errors, known) : null;

    public string? Text(string name) => Field(name, JsonValueKind.String, "a text in quotes")?.Text;

    public string? RequiredText(string name, string mend)
    {
        if (_fields.ContainsKey(name))
        {
            var text = Text(name);
            if (text is null || !string.IsNullOrWhiteSpace(text)) return text;
            Add(Field(name), name, "The value is empty.", mend);
            return null;
        }

        Add(null, name, $"The field \"{name}\" is missing.", mend);
        return null;
    }

    public bool Flag(string name)
    {
        if (!_fields.TryGetValue(name, out var node)) return false;
        if (node.Kind is JsonValueKind.True or JsonValueKind.False) return node.Kind == JsonValueKind.True;
        Add(node, name, $"The value is {Describe(node.Kind)}, but true or false belongs here.", "Write true or false, without quotes.");
        return false;
    }

    public long Whole(string name, long least, long most, long preset) => (long)Number(name, least, most, preset, whole: true);

    public double Share(string name, double preset) => Number(name, 0, 1, preset, whole: false);

    public double Amount(string name, double preset) => Number(name, 0, double.MaxValue, preset, whole: false);

    public double Between(string name, double least, double most, double preset) => Number(name, least, most, preset, whole: false);

    public TimeSpan Duration(string name, TimeSpan least, TimeSpan most, TimeSpan preset)
    {
        const string Shape = "a time span as \"hh:mm:ss\" or \"hh:mm:ss.fff\"";
        if (Field(name, JsonValueKind.String, Shape) is not { } node) return preset;
        if (!TimeSpan.TryParseExact(node.Text, ["c", "g"], CultureInfo.InvariantCulture, out var value) || !node.Text.Contains(':', StringComparison.Ordinal))
            Add(node, name, $"\"{node.Text}\" is no time span.", $"Write {Shape}.");
        else if (value < least || value > most)
            Add(node, name, $"{node.Text} is out of range.", $"Choose a value from {least:c} to {most:c}.");
        else
            return value;
        return preset;
    }

    private double Number(string name, double least, double most, double preset, bool whole)
    {
        var shape = whole ? "a whole number" : "a number";
        if (Field(name, JsonValueKind.Number, shape) is not { } node) return preset;
        var read = double.TryParse(node.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && (!whole || value == Math.Floor(value));
        if (!read)
            Add(node, name, $"{node.Text} is not {shape}.", $"Write {shape}.");
        else if (value < least || value > most)
            Add(node, name, $"{node.Text} is out of range.", string.Create(CultureInfo.InvariantCulture, $"Choose a value from {least} to {most}."));
        else
            return value;
        return preset;
    }

    private PlanError Unknown(string name, long line, string[] known)
    {
        var mend = Spelling.Nearest(name, known) is { } near
            ? $"Did you mean \"{near}\"?"
            : $"Remove it; the fields here are {string.Join(", ", known.Where(static field => field[0] != '$'))}.";
        return new PlanError($"{At(name)} (line {line})", $"There is no field \"{name}\" here.", mend);
    }

    private static string Describe(JsonValueKind kind) => kind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.String => "a text",
        JsonValueKind.Number => "a number",
        JsonValueKind.Null => "null",
        _ => "true or false",
    };
}
