using System.Text.Json.Nodes;
using TestKit.Processes;

namespace Contract.Tests.Targets;

/// <summary>The shop behind the proxy, its catalog moved to one stage.</summary>
internal static class ProxiedShop
{
    private const string Module = "catalog";
    private static readonly string[] _stages = ["Syncing", "Shadow", "Canary", "Extracted"];

    public static async Task<StranglerSystem> StartAsync(string stage, IReadOnlyDictionary<string, string>? environment = null, Action<StranglerSystem>? started = null, Action<JsonNode>? edit = null)
    {
        var system = await StranglerSystem.StartAsync(new StranglerSystemOptions
        {
            Environment = environment ?? new Dictionary<string, string>(),
            EditPlan = plan =>
            {
                plan["modules"]![Module]!["gates"]!["quietBeforeRetirement"] = "00:00:01";
                // The suite asks for a stage, and stays there.
                plan["modules"]![Module]!["canary"] = new JsonObject { ["judge"] = false };
                edit?.Invoke(plan);
            },
        });
        started?.Invoke(system);
        foreach (var next in _stages.TakeWhile(next => Index(next) <= Index(stage)))
        {
            await system.Admin.AdvanceWhenAllowedAsync(Module, next, next == "Canary" ? 50 : null, force: true);
        }

        if (stage == "Retired")
        {
            await system.Admin.DetachAsync(Module);
            await system.Admin.AdvanceWhenAllowedAsync(Module, stage);
        }

        return system;
    }

    private static int Index(string stage) => stage switch { "Legacy" => -1, "Retired" => _stages.Length, _ => Array.IndexOf(_stages, stage) };
}
