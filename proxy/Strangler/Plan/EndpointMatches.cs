using Microsoft.AspNetCore.Routing.Patterns;

namespace Strangler.Plan;

/// <summary>
/// Reads endpoints and finds those that cannot live beside each other: one id twice, or two matches that the router could not tell apart for some path.
/// A literal beside a parameter is fine, as the router prefers the literal.
/// </summary>
internal sealed class EndpointMatches
{
    private const string MatchMend = "Write \"METHOD /path\", for example \"GET /api/products/{id}\".";
    private static readonly string[] Methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "QUERY"];
    private readonly Dictionary<string, string> _ids = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<Seen>> _shapes = new(StringComparer.OrdinalIgnoreCase);

    public PlannedEndpoint? Read(PlanSection section)
    {
        var id = section.RequiredText("id", "Give every endpoint a short name of its own, for example \"catalog.product\".");
        if (id is not null && !_ids.TryAdd(id, section.Path))
            section.Add(section.Field("id"), "id", $"The id \"{id}\" is already used at {_ids[id]}.", "Give each endpoint its own id: evidence is kept by it.");

        var writes = section.Flag("writes");
        var waived = section.Field("waived") is null ? null : section.RequiredText("waived", "Say why no comparisons are asked for: the reason is shown at the gate.");
        if (section.RequiredText("match", MatchMend) is not { } match) return null;
        var parts = match.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (parts.Length != 2)
        {
            section.Add(section.Field("match"), "match", $"\"{match}\" is not a method and a path.", MatchMend);
            return null;
        }

        var method = parts[0];
        if (!Methods.Contains(method, StringComparer.Ordinal))
        {
            var near = Spelling.Nearest(method, Methods);
            section.Add(section.Field("match"), "match", $"\"{method}\" is no HTTP method known here.", near is null ? MatchMend : $"Did you mean \"{near}\"?");
        }

        if (!CheckTemplate(section, method, parts[1]) || id is null) return null;
        return new PlannedEndpoint(id, method, parts[1], writes) { Waived = waived };
    }

    private bool CheckTemplate(PlanSection section, string method, string template)
    {
        var at = section.Field("match");
        if (!template.StartsWith('/'))
        {
            section.Add(at, "match", $"The path \"{template}\" does not begin with a slash.", MatchMend);
            return false;
        }

        if (template.AsSpan().IndexOfAny("%?#\\") is var odd and >= 0 && !template.Contains('{', StringComparison.Ordinal))
        {
            section.Add(at, "match", $"The path \"{template}\" contains '{template[odd]}'.", "Write the path as it reads when decoded, without a query.");
            return false;
        }

        RoutePattern pattern;
        try
        {
            pattern = RoutePatternFactory.Parse(template);
        }
        catch (RoutePatternException error)
        {
            section.Add(at, "match", $"The path \"{template}\" is no route template: {error.Message}", MatchMend);
            return false;
        }

        if (template.StartsWith("/_sync", StringComparison.OrdinalIgnoreCase) && (template.Length == 6 || template[6] == '/'))
        {
            section.Add(at, "match", "/_sync/ is how the sides speak to each other and is never public.", "Choose another path.");
            return false;
        }

        FindOverlap(section, at, method, template, pattern);
        return true;
    }

    private void FindOverlap(PlanSection section, PlanNode? at, string method, string template, RoutePattern pattern)
    {
        // GET stands for HEAD as well, so the two share one space.
        var shape = $"{(method == "HEAD" ? "GET" : method)} {pattern.InboundPrecedence} {string.Join('/', pattern.PathSegments.Select(Shape))}";
        if (!_shapes.TryGetValue(shape, out var seen)) _shapes[shape] = seen = [];
        var other = seen.Find(candidate => MayMeet(candidate.Pattern, pattern));
        if (other.Pattern is not null)
        {
            section.Add(at, "match", $"\"{method} {template}\" and \"{other.Match}\" ({other.Path}) can match the same request.", "Remove one of the two, or make them differ by a literal segment or a constraint as {id:int}.");
        }

        seen.Add(new Seen($"{method} {template}", section.Path, pattern));
    }

    private static string Shape(RoutePatternPathSegment segment) => string.Concat(segment.Parts.Select(static part => part switch
    {
        RoutePatternLiteralPart literal => literal.Content,
        RoutePatternSeparatorPart separator => separator.Content,
        _ => "{}",
    }));

    private static bool MayMeet(RoutePattern a, RoutePattern b) =>
        a.Parameters.Zip(b.Parameters).All(static pair => !Apart(Kind(pair.First), Kind(pair.Second)));

    /// <summary>No text is both a number and a GUID. Other pairs of constraints may hold for one text.</summary>
    private static bool Apart(string a, string b) => a.Length > 0 && b.Length > 0 && a != b;

    private static string Kind(RoutePatternParameterPart parameter) =>
        parameter.ParameterPolicies.Select(static policy => policy.Content).FirstOrDefault(static c => c is "int" or "long" or "guid") switch
        {
            "int" or "long" => "number",
            "guid" => "guid",
            _ => "",
        };

    private readonly record struct Seen(string Match, string Path, RoutePattern Pattern);
}
