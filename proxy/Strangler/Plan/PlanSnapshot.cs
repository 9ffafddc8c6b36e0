namespace Strangler.Plan;

/// <summary>A validated plan. Immutable; a reload makes a new one.</summary>
/// <param name="LegacyAddress">Where the monolith listens.</param>
/// <param name="Modules">The modules by name.</param>
/// <param name="Version">The first 12 hexadecimal digits of the SHA-256 of the plan file's bytes; evidence and audit name it.</param>
public sealed record PlanSnapshot(Uri LegacyAddress, IReadOnlyDictionary<string, PlannedModule> Modules, string Version);

/// <summary>How a module's data is kept.</summary>
public enum DataMode
{
    /// <summary>Each side has its own database and the sync library keeps them in step.</summary>
    Synced,

    /// <summary>Both sides use the same database.</summary>
    Shared,

    /// <summary>The endpoints keep no data.</summary>
    None,
}

/// <summary>A module of the plan.</summary>
/// <param name="Name">The module's name: lower case letters, digits and dashes.</param>
/// <param name="ServiceAddresses">The instances of the extracted service.</param>
/// <param name="Data">How the data is kept.</param>
/// <param name="Endpoints">The module's endpoints in the order of the plan.</param>
/// <param name="Compare">What the comparison leaves out.</param>
/// <param name="Gates">The limits that evidence must meet.</param>
public sealed record PlannedModule(
    string Name,
    IReadOnlyList<Uri> ServiceAddresses,
    DataMode Data,
    IReadOnlyList<PlannedEndpoint> Endpoints,
    CompareRules Compare,
    GateLimits Gates);

/// <summary>An endpoint: one method and path template of the public URL space.</summary>
/// <param name="Id">Unique over the plan.</param>
/// <param name="Method">The HTTP method in capitals; GET also stands for HEAD.</param>
/// <param name="Template">The route template, beginning with a slash.</param>
/// <param name="Writes">True when a request may change the module's data: it goes to the owner and is never mirrored as it is.</param>
public sealed record PlannedEndpoint(string Id, string Method, string Template, bool Writes);

/// <summary>What the comparison leaves out, each with a reason.</summary>
public sealed record CompareRules(IReadOnlyList<IgnoreRule> Ignore)
{
    /// <summary>Nothing is left out.</summary>
    public static CompareRules Exact { get; } = new([]);
}

/// <summary>One exclusion: a JSON path (<c>$.a.b[*].c</c>) or a regular expression over a text body; exactly one of the two is set.</summary>
public sealed record IgnoreRule(string? Path, string? Pattern, string Why);

/// <summary>The limits of the gates, with their defaults.</summary>
public sealed record GateLimits
{
    /// <summary>Comparisons that every read endpoint needs at <c>Shadow</c> before it may go on.</summary>
    /// <value>100</value>
    public int MinimumComparisons { get; init; } = 100;

    /// <summary>The least share of matches among matches and mismatches, 0 to 1.</summary>
    /// <value>0.999</value>
    public double MinimumMatchRate { get; init; } = 0.999;

    /// <summary>The greatest age of the oldest change that has not been acknowledged.</summary>
    /// <value>1 second</value>
    public TimeSpan MaximumLag { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long no call may have reached the legacy's endpoints or tables before a module may be retired.</summary>
    /// <value>1 hour</value>
    public TimeSpan QuietBeforeRetirement { get; init; } = TimeSpan.FromHours(1);
}
