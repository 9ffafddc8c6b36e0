using System.Security.Cryptography;
using System.Text.Json;

namespace Strangler.Plan;

/// <summary>
/// Reads a plan: JSON in which comments and trailing commas are allowed. Pure; finds every error in one go, so that a plan is mended once and not
/// error by error.
/// </summary>
public static class PlanReader
{
    /// <summary>Reads a plan from a file.</summary>
    /// <returns>The plan or its errors; a file that cannot be read is an error too.</returns>
    public static PlanValidation Read(string file)
    {
        ArgumentNullException.ThrowIfNull(file);
        try
        {
            return Read(File.ReadAllBytes(file));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return new PlanValidation(null, [new PlanError(file, $"The plan cannot be read: {error.Message}", "Name an existing file that this process may read.")]);
        }
    }

    /// <summary>Reads a plan from the bytes of its file.</summary>
    public static PlanValidation Read(ReadOnlySpan<byte> json)
    {
        PlanNode root;
        try
        {
            root = PlanNode.Parse(json);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            var line = error is JsonException { LineNumber: { } zeroBased } ? $" (line {zeroBased + 1})" : "";
            return new PlanValidation(null, [new PlanError($"the plan{line}", "This is no JSON: " + error.Message, "Mend the JSON; comments and trailing commas are allowed.")]);
        }

        if (root.Kind != JsonValueKind.Object)
            return new PlanValidation(null, [new PlanError("the plan (line 1)", "The plan is no object.", "Write { \"legacy\": { ... }, \"modules\": { ... } }.")]);

        var errors = new List<PlanError>();
        var snapshot = ReadPlan(new PlanSection(root, "", errors, PlanFields.Plan), errors, Convert.ToHexStringLower(SHA256.HashData(json))[..12]);
        return errors.Count == 0 ? new PlanValidation(snapshot, []) : new PlanValidation(null, errors);
    }

    private static PlanSnapshot ReadPlan(PlanSection plan, List<PlanError> errors, string version)
    {
        var legacy = ReadLegacy(plan);
        var modules = new Dictionary<string, PlannedModule>(StringComparer.Ordinal);
        var matches = new EndpointMatches();
        if (plan.Section("modules", null) is { } section)
        {
            foreach (var (name, node) in section.Fields)
            {
                if (!ModuleReader.IsName(name))
                    section.Add(node, name, $"\"{name}\" is no module name.", "Use lower case letters, digits and dashes, beginning with a letter.");
                if (section.Section(name, PlanFields.Module) is { } module)
                    modules.TryAdd(name, ModuleReader.Read(name, module, errors, legacy, matches));
            }
        }

        var forwarded = plan.Text("forwardedHeaders") ?? "off";
        if (forwarded is not ("off" or "append"))
            plan.Add(plan.Field("forwardedHeaders"), "forwardedHeaders", $"\"{forwarded}\" is not known.", "Write \"off\" (requests go on as they came) or \"append\".");

        return new PlanSnapshot(legacy ?? new Uri("http://localhost"), modules, version)
        {
            Limits = ReadLimits(plan),
            AppendForwardedHeaders = forwarded == "append",
            Clients = ReadClients(plan),
        };
    }

    private static Uri? ReadLegacy(PlanSection plan)
    {
        const string Mend = "Write \"legacy\": { \"address\": \"http://host:port\" }.";
        if (plan.Field("legacy") is null) plan.Add(null, "legacy", "The legacy's address is missing.", Mend);
        if (plan.Section("legacy", PlanFields.Legacy) is not { } legacy) return null;
        return legacy.RequiredText("address", Mend) is { } text ? Address.Read(text, legacy, "address", legacy.Field("address")) : null;
    }

    private static PlanLimits ReadLimits(PlanSection plan)
    {
        var preset = new PlanLimits();
        if (plan.Section("limits", PlanFields.Limits) is not { } limits) return preset;
        var hour = TimeSpan.FromHours(1);
        return new PlanLimits
        {
            MaximumBody = limits.Field("maximumBody") is { Kind: not JsonValueKind.Null } ? limits.Whole("maximumBody", 1, long.MaxValue, 1) : null,
            RetryBuffer = limits.Whole("retryBuffer", 0, 4L << 30, preset.RetryBuffer),
            RetryBuffers = limits.Whole("retryBuffers", 0, 1L << 40, preset.RetryBuffers),
            HoldWrites = limits.Duration("holdWrites", TimeSpan.Zero, hour, preset.HoldWrites),
            CandidateTimeout = limits.Duration("candidateTimeout", TimeSpan.FromMilliseconds(10), hour, preset.CandidateTimeout),
            ServiceTimeout = limits.Field("serviceTimeout") is { Kind: not JsonValueKind.Null } ? limits.Duration("serviceTimeout", TimeSpan.FromMilliseconds(10), TimeSpan.FromDays(1), hour) : null,
            OwnWritesBudget = limits.Duration("ownWritesBudget", TimeSpan.Zero, TimeSpan.FromSeconds(10), preset.OwnWritesBudget),
            OwnWritesEverywhere = limits.Flag("ownWritesEverywhere"),
            MirrorQueue = (int)limits.Whole("mirrorQueue", 1, 1_000_000, preset.MirrorQueue),
            MirrorBody = (int)limits.Whole("mirrorBody", 0, 64 << 20, preset.MirrorBody),
            MirrorBuffers = limits.Whole("mirrorBuffers", 0, 1L << 40, preset.MirrorBuffers),
            ExtractedSample = limits.Share("extractedSample", preset.ExtractedSample),
        };
    }

    private static ClientIdentity? ReadClients(PlanSection plan)
    {
        if (plan.Section("clients", PlanFields.Clients) is not { } clients) return null;
        var (cookie, header, by) = (clients.Text("cookie"), clients.Text("header"), clients.Text("by"));
        if (by is not (null or "user" or "address"))
        {
            clients.Add(clients.Field("by"), "by", $"\"{by}\" is not known.", "Write \"user\" (the credential in the header Authorization) or \"address\".");
            return null;
        }

        if (new[] { cookie, header, by }.Count(static name => !string.IsNullOrEmpty(name)) == 1)
            return new ClientIdentity(cookie, header, by switch { "user" => ClientKey.User, "address" => ClientKey.Address, _ => null });
        plan.Add(plan.Field("clients"), "clients", "Exactly one of \"cookie\" and \"header\" names the client, or \"by\" in their place.", "Keep one of them.");
        return null;
    }
}
