using Strangler.Plan;

namespace Strangler.Mirroring.Comparison;

/// <summary>Where the sides of an endpoint differ from themselves, and how. Immutable.</summary>
internal sealed class NoiseProfile(IEnumerable<(string Pattern, DifferenceKind Kind)> noise)
{
    public const string Why = "a side answers differently here each time it is asked";
    private readonly HashSet<(string Pattern, DifferenceKind Kind)> _noise = [.. noise.Where(static n => MayBeNoise(n.Pattern))];
    private IReadOnlyList<(JsonPath Path, DifferenceKind Kind)>? _paths;

    public bool IsEmpty => _noise.Count == 0;

    /// <summary>The noise in JSON bodies.</summary>
    public IReadOnlyList<(JsonPath Path, DifferenceKind Kind)> Paths => _paths ??=
        [.. _noise.Where(static n => n.Pattern[0] == '$').Select(static n => (Path: JsonPath.Parse(n.Pattern), n.Kind)).Where(static n => n.Path is not null)!];

    /// <summary>
    /// Another kind of thing is never what a changing value stands for: it is noise only where it is seen as such on one side.
    /// </summary>
    public bool Has(string pattern, DifferenceKind kind) => _noise.Contains((pattern, kind));

    /// <summary>A status or a whole body that changes by itself leaves nothing to compare; to leave it out would make everything a match.</summary>
    public static bool MayBeNoise(string pattern) => pattern is not ("status" or "body" or "$");
}
