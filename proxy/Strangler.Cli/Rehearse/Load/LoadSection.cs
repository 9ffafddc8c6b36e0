using System.Text.Json;
using System.Text.Json.Nodes;
using Strangler.Corpus;
using Strangler.Plan;

namespace Strangler.Cli.Rehearse.Load;

/// <summary>One object of <c>load.json</c> while it is read: what its parts have in common.</summary>
internal sealed class LoadSection(PlanSection fields, List<PlanError> errors)
{
    private static readonly string[] Methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];

    public PlanSection Fields => fields;

    /// <summary>The objects of a list; what is no object is an error.</summary>
    public IEnumerable<LoadSection> Items(string name, string[] known)
    {
        if (fields.Field(name, JsonValueKind.Array, "a list [ ]") is not { } list) yield break;
        foreach (var (index, item) in list.Items.Index())
        {
            var at = $"{name}[{index}]";
            if (item.Kind == JsonValueKind.Object) yield return new LoadSection(new PlanSection(item, fields.At(at), errors, known), errors);
            else fields.Add(item, at, "The item is not an object.", "Write an object { }.");
        }
    }

    public string Method(string preset)
    {
        var method = fields.Text("method") ?? preset;
        if (Methods.Contains(method, StringComparer.Ordinal)) return method;
        fields.Add(fields.Field("method"), "method", $"\"{method}\" is not a known method.", $"Write one of {string.Join(", ", Methods)}.");
        return preset;
    }

    public int Status(int preset) => (int)fields.Whole("status", 100, 599, preset);

    public string? Target(string name)
    {
        const string Fix = "Write path and query, for example \"/api/items/{1..10}\".";
        if (fields.RequiredText(name, Fix) is not { } target) return null;
        if (!target.StartsWith('/'))
        {
            fields.Add(fields.Field(name), name, $"\"{target}\" does not begin with a slash.", Fix);
            return null;
        }

        CheckPlaceholders(name, target, fields.Field(name));
        return target;
    }

    public IReadOnlyList<ExchangeHeader> Headers()
    {
        if (fields.Section("headers", null) is not { } section) return [];
        var headers = new List<ExchangeHeader>();
        foreach (var (name, node) in section.Fields)
        {
            if (node.Kind != JsonValueKind.String) section.Add(node, name, "The value is not a text.", "Write a text in quotes.");
            CheckPlaceholders($"headers.{name}", node.Text, node);
            headers.Add(new ExchangeHeader(name, node.Text));
        }

        return headers;
    }

    public LoadBody? Body()
    {
        var (json, form) = (fields.Field("body"), fields.Section("form", null));
        if (json is not null && form is not null)
            fields.Add(json, "body", "There are a body and a form.", "Keep one of the two.");
        if (form is not null) return new LoadBody(null, form.Fields.ToDictionary(static f => f.Key, static f => f.Value.Text));
        return json is null ? null : new LoadBody(ToJson(json), null);
    }

    private void CheckPlaceholders(string name, string text, PlanNode? at)
    {
        if (Placeholders.UnknownIn(text) is { } unknown)
            fields.Add(at, name, $"{unknown} is not a placeholder.", $"Use {Placeholders.Known}.");
    }

    private static JsonNode? ToJson(PlanNode node) => node.Kind switch
    {
        JsonValueKind.Object => new JsonObject(node.Members.DistinctBy(static m => m.Name).Select(static m => KeyValuePair.Create(m.Name, ToJson(m.Value)))),
        JsonValueKind.Array => new JsonArray([.. node.Items.Select(ToJson)]),
        JsonValueKind.String => JsonValue.Create(node.Text),
        JsonValueKind.Number => JsonNode.Parse(node.Text),
        JsonValueKind.True => JsonValue.Create(true),
        JsonValueKind.False => JsonValue.Create(false),
        _ => null,
    };
}
