using System.Text.Json.Nodes;

namespace TestKit.Processes;

/// <summary>What a test changes of the system that <c>.strangler/</c> describes.</summary>
public sealed record StranglerSystemOptions
{
    public string UpFile { get; init; } = RepositoryRoot.File(".strangler/up.json");

    public string PlanFile { get; init; } = RepositoryRoot.File(".strangler/plan.json");

    /// <summary>Changes the plan before the proxy reads it, for example the limits of its gates.</summary>
    public Action<JsonNode>? EditPlan { get; init; }

    /// <summary>For every listed process, above what the file says; for example <c>Seed__Products</c>.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>For one listed process, above both; for example where its database is.</summary>
    public Func<string, IReadOnlyDictionary<string, string>> EnvironmentOf { get; init; } = static _ => new Dictionary<string, string>();

    public IReadOnlyDictionary<string, string> ProxyEnvironment { get; init; } = new Dictionary<string, string>();

    public string ProxyProject { get; init; } = "proxy/Strangler.Host";
}
