using Strangler.Cli.Running;

namespace Strangler.Cli.Rehearse;

/// <summary>The files that a rehearsal is made of.</summary>
/// <param name="Up">How the sides are started.</param>
/// <param name="Plan">The plan.</param>
/// <param name="Load">What clients do; null with a corpus.</param>
internal sealed record RehearsalFiles(string Up, string Plan, string? Load)
{
    private const string Folder = ".strangler";

    private const string UpExample = """
          {
            "processes": [
              { "name": "legacy", "project": "src/Monolith", "port": 5100, "health": "/healthz" },
              { "name": "prices", "project": "src/Prices.Service", "port": 5201, "health": "/healthz" }
            ]
          }
        """;

    private const string PlanExample = """
          {
            "legacy": { "address": "http://127.0.0.1:5100" },
            "modules": {
              "prices": {
                "service": { "addresses": [ "http://127.0.0.1:5201" ] },
                "endpoints": [ { "id": "prices.price", "match": "GET /api/prices/{id:int}" } ]
              }
            }
          }
        """;

    private const string LoadExample = """
          {
            "reads": [ { "target": "/api/prices/{100..140}" } ],
            "records": [
              {
                "name": "price", "keys": "1..50", "read": "/api/prices/{key}", "value": "$.amount",
                "writes": [ { "method": "PUT", "target": "/api/prices/{key}", "body": { "amount": "{value}" } } ]
              }
            ]
          }
        """;

    /// <exception cref="CommandFailure">Some are missing: the message names each, says what it is for and shows a short example.</exception>
    public static RehearsalFiles Find(RehearseRequest request, string from)
    {
        var missing = new List<string>();
        var found = request.File is { } named ? Path.GetFullPath(named, from) : Upwards.Find(from, Path.Combine(Folder, "up.json"));
        var folder = found is null ? NearestFolder(from) : Path.GetDirectoryName(found)!;
        var up = found ?? Path.Combine(folder, "up.json");
        var plan = request.Plan is { } given ? Path.GetFullPath(given, from) : Path.Combine(folder, "plan.json");
        var load = request.Load is { } said ? Path.GetFullPath(said, from) : Path.Combine(folder, "load.json");
        Need(up, "how to start the sides, each with data of its own (--file FILE)", UpExample);
        Need(plan, "the modules and their endpoints (--plan FILE)", PlanExample);
        if (request.Corpus is null) Need(load, "what clients do (--load FILE, or --corpus DIR with what 'strangler record' has written)", LoadExample);
        if (missing.Count == 0) return new RehearsalFiles(up, plan, request.Corpus is null ? load : null);
        throw new CommandFailure(
            $"A rehearsal needs what is missing here:\n{string.Join('\n', missing)}", ExitCode.WrongUse, new { error = "A rehearsal needs what is missing here.", missing });

        void Need(string file, string what, string example)
        {
            if (!File.Exists(file)) missing.Add($"{file}: {what}. For example:\n{example}");
        }
    }

    private static string NearestFolder(string from) =>
        Upwards.Find(from, Path.Combine(Folder, "plan.json")) is { } plan ? Path.GetDirectoryName(plan)! : Path.Combine(from, Folder);
}
