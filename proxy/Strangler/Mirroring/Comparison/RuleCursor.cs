using System.Text.Json;
using Strangler.Plan;

namespace Strangler.Mirroring.Comparison;

/// <summary>The rules that may still hold at a place in a JSON document or below it. Costs nothing where there is none.</summary>
internal readonly struct RuleCursor
{
    private static readonly (PathRule Rule, int Depth)[] None = [];
    private readonly (PathRule Rule, int Depth)[] _active;

    private RuleCursor((PathRule Rule, int Depth)[] active, bool isHidden)
    {
        _active = active;
        IsHidden = isHidden || Find<Redaction>() is not null;
    }

    /// <summary>True where values are not to be kept.</summary>
    public bool IsHidden { get; }

    public static RuleCursor Root(RuleBook book, NoiseProfile? noise) =>
        new([.. book.PathRules.Select(static rule => (rule, 0)), .. (noise?.Paths ?? []).Select(static n => (new PathRule(n.Path, new NoiseRule(n.Kind)), 0))], isHidden: false);

    public RuleCursor Into(string name) => Into(name, null);

    /// <summary>Makes a text of the name only where a rule may ask for it.</summary>
    public RuleCursor Into(JsonProperty member) => _active.Length == 0 ? this : Into(member.Name, null);

    public RuleCursor Into(int index) => Into(null, index);

    /// <summary>The first rule of its kind for this very place.</summary>
    public T? Find<T>()
        where T : class
    {
        foreach (var (rule, depth) in _active)
        {
            if (depth == rule.Path.Steps.Count && rule.Rule is T found) return found;
        }

        return null;
    }

    public bool IsNoise(DifferenceKind kind)
    {
        foreach (var (rule, depth) in _active)
        {
            if (depth == rule.Path.Steps.Count && rule.Rule is NoiseRule noise && noise.Kind == kind) return true;
        }

        return false;
    }

    private RuleCursor Into(string? name, int? index)
    {
        if (_active.Length == 0) return this;
        var next = new List<(PathRule, int)>();
        foreach (var (rule, depth) in _active)
        {
            if (depth < rule.Path.Steps.Count && rule.Path.Steps[depth] is var step && (step == default || step == new JsonPath.Step(name, index))) next.Add((rule, depth + 1));
        }

        return new RuleCursor(next.Count == 0 ? None : [.. next], IsHidden);
    }

    private sealed record NoiseRule(DifferenceKind Kind);
}
