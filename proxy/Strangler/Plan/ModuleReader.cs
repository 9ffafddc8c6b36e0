using System.Text.Json;
using System.Text.RegularExpressions;

namespace Strangler.Plan;

/// <summary>Reads one module of the plan.</summary>
internal static partial class ModuleReader
{
    public static bool IsName(string name) => ModuleName().IsMatch(name);

    public static PlannedModule Read(string name, PlanSection module, List<PlanError> errors, Uri? legacy, EndpointMatches matches)
    {
        var (addresses, affinity) = ReadService(module, name, legacy);
        var compare = CompareReader.Read(module, CompareRules.Exact, errors) ?? CompareRules.Exact;
        return new PlannedModule(name, addresses, ReadData(module), ReadEndpoints(module, errors, matches, compare), compare, ReadGates(module))
        {
            Affinity = affinity,
            Canary = ReadCanary(module),
        };
    }

    private static (List<Uri>, SessionAffinity?) ReadService(PlanSection module, string name, Uri? legacy)
    {
        const string Mend = "Write \"service\": { \"addresses\": [\"http://host:port\"] }.";
        var addresses = new List<Uri>();
        if (module.Field("service") is null) module.Add(null, "service", "The service's addresses are missing.", Mend);
        if (module.Section("service", PlanFields.Service) is not { } service) return (addresses, null);
        var list = service.Field("addresses", JsonValueKind.Array, "a list of addresses [ ]");
        if (service.Field("addresses") is null || list is { Items.Count: 0 })
            service.Add(list, "addresses", "There is no address.", Mend);

        for (var i = 0; i < (list?.Items.Count ?? 0); i++)
        {
            var (item, at) = (list!.Items[i], $"addresses[{i}]");
            if (Address.Read(item.Kind == JsonValueKind.String ? item.Text : $"({item.Kind})", service, at, item) is not { } address) continue;
            if (legacy is not null && Address.Same(address, legacy))
                service.Add(item, at, $"{address} is the legacy's own address.", "Name the extracted service; the module would never leave the legacy.");
            else if (addresses.Exists(other => Address.Same(other, address)))
                service.Add(item, at, $"{address} is listed twice.", "Keep one of the two.");
            else
                addresses.Add(address);
        }

        return (addresses, ReadAffinity(service, name));
    }

    private static SessionAffinity? ReadAffinity(PlanSection service, string module)
    {
        if (service.Section("sessionAffinity", PlanFields.SessionAffinity) is not { } affinity) return null;
        if (affinity.RequiredText("policy", "Write \"Cookie\", \"ArrCookie\" or \"CustomHeader\".") is not { } policy) return null;
        if (policy == "HashCookie")
            affinity.Add(affinity.Field("policy"), "policy", "The policy HashCookie is not available: it needs the package System.IO.Hashing, which this proxy is built without.", "Use \"Cookie\" instead.");
        else if (policy is not ("Cookie" or "ArrCookie" or "CustomHeader"))
            affinity.Add(affinity.Field("policy"), "policy", $"There is no policy \"{policy}\".", "Write \"Cookie\", \"ArrCookie\" or \"CustomHeader\".");
        var key = affinity.Text("keyName");
        if (policy == "CustomHeader" && string.IsNullOrEmpty(key))
            affinity.Add(affinity.Field("policy"), "keyName", "The policy CustomHeader needs the header's name.", "Write \"keyName\": \"X-Session\".");
        return new SessionAffinity(policy, key ?? $"strangler-affinity-{module}");
    }

    private static DataMode ReadData(PlanSection module)
    {
        switch (module.Text("data"))
        {
            case null or "synced": return DataMode.Synced;
            case "shared": return DataMode.Shared;
            case "none": return DataMode.None;
            case var other:
                module.Add(module.Field("data"), "data", $"\"{other}\" is not known.", "Write \"synced\" (each side has its own database), \"shared\" (one database) or \"none\" (no data).");
                return DataMode.Synced;
        }
    }

    private static List<PlannedEndpoint> ReadEndpoints(PlanSection module, List<PlanError> errors, EndpointMatches matches, CompareRules compare)
    {
        const string Mend = "Write \"endpoints\": [ { \"id\": \"module.read\", \"match\": \"GET /path/{id}\" } ].";
        var endpoints = new List<PlannedEndpoint>();
        var list = module.Field("endpoints", JsonValueKind.Array, "a list of endpoints [ ]");
        if (module.Field("endpoints") is null || list is { Items.Count: 0 }) module.Add(list, "endpoints", "The module has no endpoint.", Mend);
        for (var i = 0; i < (list?.Items.Count ?? 0); i++)
        {
            var item = list!.Items[i];
            var path = $"{module.At("endpoints")}[{i}]";
            if (item.Kind != JsonValueKind.Object)
            {
                module.Add(item, $"endpoints[{i}]", "An endpoint is an object.", Mend);
                continue;
            }

            var section = new PlanSection(item, path, errors, PlanFields.Endpoint);
            var own = CompareReader.Read(section, compare, errors);
            if (matches.Read(section) is { } endpoint) endpoints.Add(endpoint with { Compare = own });
        }

        return endpoints;
    }

    private static GateLimits ReadGates(PlanSection module)
    {
        var preset = new GateLimits();
        if (module.Section("gates", PlanFields.Gates) is not { } gates) return preset;
        return new GateLimits
        {
            MinimumComparisons = (int)gates.Whole("minimumComparisons", 0, int.MaxValue, preset.MinimumComparisons),
            MinimumDryRuns = (int)gates.Whole("minimumDryRuns", 0, int.MaxValue, preset.MinimumDryRuns),
            MinimumMatchRate = gates.Share("minimumMatchRate", preset.MinimumMatchRate),
            Confidence = gates.Between("confidence", 0.5, 0.999999, preset.Confidence),
            MaximumLag = gates.Duration("maximumLag", TimeSpan.FromMilliseconds(1), TimeSpan.FromDays(1), preset.MaximumLag),
            QuietBeforeRetirement = gates.Duration("quietBeforeRetirement", TimeSpan.Zero, TimeSpan.FromDays(366), preset.QuietBeforeRetirement),
        };
    }

    private static CanaryLimits ReadCanary(PlanSection module)
    {
        var preset = new CanaryLimits();
        if (module.Section("canary", PlanFields.Canary) is not { } canary) return preset;
        return new CanaryLimits
        {
            Judge = canary.Field("judge") is null || canary.Flag("judge"),
            Window = canary.Duration("window", TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(1), preset.Window),
            MinimumSamples = (int)canary.Whole("minimumSamples", 5, 1_000_000, preset.MinimumSamples),
            Confidence = canary.Between("confidence", 0.5, 0.999999, preset.Confidence),
            Tolerance = canary.Share("tolerance", preset.Tolerance),
            MaximumLatencyRatio = canary.Between("maximumLatencyRatio", 1, 1000, preset.MaximumLatencyRatio),
            MinimumSlowdown = canary.Duration("minimumSlowdown", TimeSpan.Zero, TimeSpan.FromMinutes(1), preset.MinimumSlowdown),
            MaximumErrorIncrease = canary.Share("maximumErrorIncrease", preset.MaximumErrorIncrease),
        };
    }

    [GeneratedRegex("^[a-z][a-z0-9-]{0,62}$")]
    private static partial Regex ModuleName();
}
