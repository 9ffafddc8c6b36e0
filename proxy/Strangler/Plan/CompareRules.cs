namespace Strangler.Plan;

/// <summary>In what the answers of the two sides may differ, each time with a reason; everything else must be alike.</summary>
/// <param name="Ignore">What is left out.</param>
public sealed record CompareRules(IReadOnlyList<IgnoreRule> Ignore)
{
    /// <summary>Nothing is left out.</summary>
    public static CompareRules Exact { get; } = new([]);

    /// <summary>Headers that are compared besides the usual ones.</summary>
    public IReadOnlyList<HeaderRule> AddedHeaders { get; init; } = [];

    /// <summary>Headers of the usual ones that are not compared.</summary>
    public IReadOnlyList<HeaderRule> OmittedHeaders { get; init; } = [];

    /// <summary>Arrays whose order says nothing.</summary>
    public IReadOnlyList<ArrayKey> Keys { get; init; } = [];

    /// <summary>Numbers that may be a little off.</summary>
    public IReadOnlyList<Tolerance> Tolerances { get; init; } = [];

    /// <summary>What the service answers differently on purpose.</summary>
    public IReadOnlyList<IntendedChange> Intended { get; init; } = [];

    /// <summary>Request and answer headers whose values are never kept, besides credentials.</summary>
    public IReadOnlyList<string> RedactedHeaders { get; init; } = [];

    /// <summary>JSON paths whose values are never kept.</summary>
    public IReadOnlyList<string> RedactedPaths { get; init; } = [];

    /// <summary>The share of mirrored reads after which a side is asked again, to learn what it answers differently by itself; 0 to 1.</summary>
    /// <value>0.02</value>
    public double NoiseSample { get; init; } = 0.02;

    /// <summary>These rules and an endpoint's own.</summary>
    internal CompareRules With(CompareRules own) => new([.. Ignore, .. own.Ignore])
    {
        AddedHeaders = [.. AddedHeaders, .. own.AddedHeaders],
        OmittedHeaders = [.. OmittedHeaders, .. own.OmittedHeaders],
        Keys = [.. Keys, .. own.Keys],
        Tolerances = [.. Tolerances, .. own.Tolerances],
        Intended = [.. Intended, .. own.Intended],
        RedactedHeaders = [.. RedactedHeaders, .. own.RedactedHeaders],
        RedactedPaths = [.. RedactedPaths, .. own.RedactedPaths],
        NoiseSample = own.NoiseSample,
    };
}

/// <summary>One exclusion: a JSON path (<c>$.a.b[*].c</c>), a regular expression over a text body, or a CSS selector over HTML; exactly one of the three is set.</summary>
public sealed record IgnoreRule(string? Path, string? Pattern, string Why)
{
    /// <summary>The elements that are left out, with all that is in them.</summary>
    public string? Selector { get; init; }

    /// <summary>With a selector: only this attribute of the elements is left out.</summary>
    public string? Attribute { get; init; }
}

/// <summary>A header that is compared, or is not.</summary>
public sealed record HeaderRule(string Name, string Why);

/// <summary>An array whose items are told by a member and not by their place.</summary>
/// <param name="Array">The array's JSON path.</param>
/// <param name="Key">The name of a member that each item has and no two share.</param>
public sealed record ArrayKey(string Array, string Key);

/// <summary>How far two numbers may be apart; the larger of the two bounds holds.</summary>
public sealed record Tolerance(string Path, double Absolute, double Relative, string Why);

/// <summary>A change that the service makes on purpose.</summary>
/// <param name="Path">A JSON path, <c>status</c>, or <c>header NAME</c>.</param>
/// <param name="From">The legacy's value as text; null: any.</param>
/// <param name="To">The service's value as text; null: any.</param>
/// <param name="Why">The reason.</param>
public sealed record IntendedChange(string Path, string? From, string? To, string Why);
