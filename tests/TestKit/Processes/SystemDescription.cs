using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace TestKit.Processes;

/// <summary>What <c>.strangler/up.json</c> and <c>plan.json</c> say, moved to free ports and a directory of the test's own.</summary>
public sealed partial class SystemDescription : IDisposable
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };
    private readonly JsonNode _up;
    private readonly Dictionary<string, FreePort> _ports = [];

    private SystemDescription(JsonNode up) => _up = up;

    public IReadOnlyList<string> Names => [.. Processes.Select(static p => (string)p["name"]!)];

    private IEnumerable<JsonObject> Processes => _up["processes"]!.AsArray().Select(static p => p!.AsObject());

    /// <summary>Reads both files, gives every process a free port, and writes the moved copies to <paramref name="directory"/>.</summary>
    public static SystemDescription Move(string upFile, string planFile, string directory, Action<JsonNode>? editPlan = null)
    {
        var up = JsonNode.Parse(File.ReadAllText(upFile))!;
        var root = Path.GetDirectoryName(Path.GetDirectoryName(Path.GetFullPath(upFile)))!;
        var description = new SystemDescription(up);
        var plan = File.ReadAllText(planFile);
        foreach (var process in description.Processes)
        {
            var name = (string)process["name"]!;
            var port = description._ports[name] = FreePort.Take();
            foreach (var host in new[] { "127.0.0.1", "localhost" })
                plan = plan.Replace($"http://{host}:{(int)process["port"]!}", port.Url, StringComparison.Ordinal);
            process["port"] = port.Number;
            process["project"] = Path.GetFullPath((string)process["project"]!, root);
        }

        description.UpFile = Path.Combine(directory, "up.json");
        description.PlanFile = Path.Combine(directory, "plan.json");
        File.WriteAllText(description.UpFile, up.ToJsonString(Indented));
        var edited = JsonNode.Parse(plan, documentOptions: new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true })!;
        editPlan?.Invoke(edited);
        File.WriteAllText(description.PlanFile, edited.ToJsonString(Indented));
        return description;
    }

    public string UpFile { get; private set; } = "";

    public string PlanFile { get; private set; } = "";

    /// <summary>What stands for <c>{secret:NAME}</c>: known beforehand, so that a test can send it.</summary>
    public static string SecretOf(string name) => $"{name}-secret-of-the-tests";

    /// <summary>How to start one of the processes.</summary>
    public TestProcessStart StartOf(string name, string data, string syncKey, IEnumerable<KeyValuePair<string, string>> more)
    {
        var process = Processes.Single(p => (string)p["name"]! == name);
        var environment = new Dictionary<string, string>();
        foreach (var (key, value) in more) environment.TryAdd(key, value);
        foreach (var (key, value) in process["environment"]?.AsObject() ?? []) environment.TryAdd(key, Fill((string)value!));
        return new TestProcessStart((string)process["project"]!)
        {
            Name = name,
            Url = new Uri(_ports[name].Url),
            Health = (string?)process["health"] ?? "/healthz",
            Environment = environment,
            Arguments = [.. (process["arguments"]?.AsArray() ?? []).Select(a => Fill((string)a!))],
        };

        string Fill(string text) => _ports.Aggregate(
            SecretPlaceholder().Replace(text, static match => SecretOf(match.Groups[1].Value))
                .Replace("{data}", data, StringComparison.Ordinal)
                .Replace("{syncKey}", syncKey, StringComparison.Ordinal)
                .Replace("{port}", $"{_ports[name].Number}", StringComparison.Ordinal),
            static (t, p) => t.Replace($"{{{p.Key}.url}}", p.Value.Url, StringComparison.Ordinal));
    }

    public void Dispose()
    {
        foreach (var port in _ports.Values) port.Dispose();
    }

    [GeneratedRegex(@"\{secret:([a-z0-9][a-z0-9-]*)\}")]
    private static partial Regex SecretPlaceholder();
}
