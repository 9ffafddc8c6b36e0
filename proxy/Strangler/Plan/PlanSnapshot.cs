namespace Strangler.Plan;

/// <summary>A validated plan. Immutable; a reload makes a new one.</summary>
/// <param name="LegacyAddress">Where the monolith listens.</param>
/// <param name="Modules">The modules by name.</param>
/// <param name="Version">The first 12 hexadecimal digits of the SHA-256 of the plan file's bytes; evidence and audit name it.</param>
public sealed record PlanSnapshot(Uri LegacyAddress, IReadOnlyDictionary<string, PlannedModule> Modules, string Version)
{
    /// <summary>What the proxy takes on and how long it waits.</summary>
    public PlanLimits Limits { get; init; } = new();

    /// <summary>True when <c>X-Forwarded-For</c>, <c>-Proto</c> and <c>-Host</c> are appended to requests.</summary>
    /// <value>false: requests go on as they came</value>
    public bool AppendForwardedHeaders { get; init; }

    /// <summary>What tells one client from another at <c>Canary</c>, when the application has something better than the proxy's own cookie.</summary>
    public ClientIdentity? Clients { get; init; }
}

/// <summary>What names the client; exactly one of the three is set.</summary>
/// <param name="Cookie">The cookie whose value names it.</param>
/// <param name="Header">The request header whose value names it.</param>
/// <param name="By">What else names it.</param>
public sealed record ClientIdentity(string? Cookie, string? Header, ClientKey? By = null);

/// <summary>What names a client that no cookie and no header of the application names.</summary>
public enum ClientKey
{
    /// <summary>Who is signed in, as far as a proxy can tell: the credential in the header <c>Authorization</c>.</summary>
    User,

    /// <summary>The address from which it connects.</summary>
    Address,
}

/// <summary>How the clients of a service with several instances are kept at one of them.</summary>
/// <param name="Policy">The name of YARP's policy: <c>Cookie</c>, <c>ArrCookie</c> or <c>CustomHeader</c>.</param>
/// <param name="KeyName">The name of the cookie or header.</param>
public sealed record SessionAffinity(string Policy, string KeyName);

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
/// <param name="Compare">In what the answers may differ at every endpoint.</param>
/// <param name="Gates">The limits that evidence must meet.</param>
public sealed record PlannedModule(
    string Name,
    IReadOnlyList<Uri> ServiceAddresses,
    DataMode Data,
    IReadOnlyList<PlannedEndpoint> Endpoints,
    CompareRules Compare,
    GateLimits Gates)
{
    /// <summary>How clients are kept at one instance; null when any instance may answer.</summary>
    public SessionAffinity? Affinity { get; init; }

    /// <summary>What the judge of the canary asks for.</summary>
    public CanaryLimits Canary { get; init; } = new();

    /// <summary>In what the answers at one of the module's endpoints may differ.</summary>
    public CompareRules RulesOf(PlannedEndpoint endpoint) => (endpoint ?? throw new ArgumentNullException(nameof(endpoint))).Compare ?? Compare;
}

/// <summary>An endpoint: one method and path template of the public URL space.</summary>
/// <param name="Id">Unique over the plan.</param>
/// <param name="Method">The HTTP method in capitals; GET also stands for HEAD.</param>
/// <param name="Template">The route template, beginning with a slash.</param>
/// <param name="Writes">True when a request may change the module's data: it goes to the owner and is never mirrored as it is.</param>
public sealed record PlannedEndpoint(string Id, string Method, string Template, bool Writes)
{
    /// <summary>Why its comparisons are not asked for before <c>Canary</c>; null when they are.</summary>
    public string? Waived { get; init; }

    /// <summary>The module's rules and the endpoint's own; null when it has none of its own.</summary>
    public CompareRules? Compare { get; init; }
}

/// <summary>The limits of the gates, with their defaults.</summary>
public sealed record GateLimits
{
    /// <summary>Comparisons that every read endpoint needs at <c>Shadow</c> before it may go on.</summary>
    /// <value>100</value>
    public int MinimumComparisons { get; init; } = 100;

    /// <summary>
    /// Judged dry runs that every writing endpoint needs at <c>Shadow</c> before it may go on. With 0, what has been compared must match, but nothing is asked for.
    /// </summary>
    /// <value>0</value>
    public int MinimumDryRuns { get; init; }

    /// <summary>The least share of matches among matches and mismatches, 0 to 1, for each endpoint and class of status.</summary>
    /// <value>0.999</value>
    public double MinimumMatchRate { get; init; } = 0.999;

    /// <summary>
    /// How sure the match rate must be. Its lower bound at this confidence must reach <see cref="MinimumMatchRate"/>, or what <see cref="MinimumComparisons"/>
    /// comparisons without a mismatch can show, whichever is less.
    /// </summary>
    /// <value>0.95</value>
    public double Confidence { get; init; } = 0.95;

    /// <summary>The greatest age of the oldest change that has not been acknowledged.</summary>
    /// <value>1 second</value>
    public TimeSpan MaximumLag { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long no call may have reached the legacy's endpoints or tables before a module may be retired.</summary>
    /// <value>1 hour</value>
    public TimeSpan QuietBeforeRetirement { get; init; } = TimeSpan.FromHours(1);
}
