using System.Text.Json.Nodes;
using TestKit;
using TestKit.Databases;
using TestKit.Processes;

namespace Faults.Storage;

/// <summary>Databases of a private PostgreSQL, which the server copies itself.</summary>
internal sealed class PostgresTemplate : Template
{
    private readonly TemporaryDirectory _directory = new();
    private readonly PostgresCluster _cluster;

    private PostgresTemplate(PostgresCluster cluster) => _cluster = cluster;

    /// <summary>The databases of a run: each side's by its name, and the proxies'.</summary>
    public static IReadOnlyList<string> Databases { get; } = ["legacy", "service", "state"];

    public static async Task<Template> MakeAsync()
    {
        var template = new PostgresTemplate(await PostgresCluster.StartAsync());
        try
        {
            foreach (var database in Databases) await template._cluster.RunAsync($"CREATE DATABASE template_{database}");
            await PrepareAsync(
                new StranglerSystemOptions
                {
                    UpFile = template.UpFile(),
                    Environment = new Dictionary<string, string> { ["Seed__Products"] = $"{Products}" },
                    ProxyEnvironment = PostgresDatabases.StateSettings(template._cluster.ConnectionStringTo("template_state")),
                },
                data => Copy(Path.Combine(data, "keys"), Path.Combine(template._directory.Path, "keys")));
            return template;
        }
        catch
        {
            await template.DisposeAsync();
            throw;
        }
    }

    public override async Task<IShopDatabases> CopyAsync(string directory, string? smallDisk)
    {
        Copy(_directory.Path, directory);
        var run = _cluster.NextName("run");
        foreach (var database in Databases) await _cluster.RunAsync($"CREATE DATABASE {run}_{database} TEMPLATE template_{database}");
        return new PostgresDatabases(_cluster, run);
    }

    public override async ValueTask DisposeAsync()
    {
        await _cluster.DisposeAsync();
        _directory.Dispose();
    }

    // The file's processes, each with a database of its own.
    private string UpFile()
    {
        var file = RepositoryRoot.File(".strangler/up.json");
        var up = JsonNode.Parse(File.ReadAllText(file))!;
        foreach (var process in up["processes"]!.AsArray())
        {
            process!["project"] = RepositoryRoot.File((string)process["project"]!);
            var name = (string)process["name"]! == "legacy" ? "legacy" : "service";
            foreach (var (key, value) in PostgresDatabases.SideSettings(_cluster.ConnectionStringTo($"template_{name}"))) process["environment"]![key] = value;
        }

        var own = _directory.File("up.json");
        File.WriteAllText(own, up.ToJsonString());
        return own;
    }
}
