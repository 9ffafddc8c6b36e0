using System.Text.Json;
using Strangler.Plan;

namespace Strangler.Cli.Rehearse.Load;

/// <summary>The outcome of reading <c>load.json</c>: the load, or every error there is.</summary>
internal sealed record LoadValidation(LoadDescription? Load, IReadOnlyList<PlanError> Errors);

/// <summary>Reads <c>load.json</c>: JSON in which comments and trailing commas are allowed. Finds every error in one go.</summary>
internal static class LoadReader
{
    private const int MostClients = 500;
    private const double MostPerSecond = 100_000;

    public static LoadValidation Read(string file)
    {
        try
        {
            return Read(File.ReadAllBytes(file));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return new LoadValidation(null, [new PlanError(file, $"The load cannot be read: {error.Message}", "Name a file that this process may read.")]);
        }
    }

    public static LoadValidation Read(ReadOnlySpan<byte> json)
    {
        PlanNode root;
        try
        {
            root = PlanNode.Parse(json);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            var line = error is JsonException { LineNumber: { } zeroBased } ? $" (line {zeroBased + 1})" : "";
            return Wrong(new PlanError($"the load{line}", "This is not JSON: " + error.Message, "Fix the JSON; comments and trailing commas are allowed."));
        }

        if (root.Kind != JsonValueKind.Object) return Wrong(new PlanError("the load (line 1)", "The load is not an object.", "Write { \"reads\": [ ... ] }."));
        var errors = new List<PlanError>();
        var load = ReadLoad(new LoadSection(new PlanSection(root, "", errors, LoadFields.Load), errors));
        return errors.Count == 0 ? new LoadValidation(load, []) : new LoadValidation(null, errors);
    }

    private static LoadValidation Wrong(PlanError error) => new(null, [error]);

    private static LoadDescription ReadLoad(LoadSection load)
    {
        var clients = (int)load.Fields.Whole("clients", 1, MostClients, 10);
        var reads = load.Items("reads", LoadFields.Read).Select(ReadRead).OfType<LoadRead>().ToList();
        var records = load.Items("records", LoadFields.Record).Select(r => LoadRecordReader.Read(r, clients)).OfType<LoadRecord>().ToList();
        if (load.Fields.Field("reads") is not { Kind: JsonValueKind.Array, Items.Count: > 0 })
            load.Fields.Add(load.Fields.Field("reads"), "reads", "There is nothing to read.", "Write \"reads\": [ { \"target\": \"/path/{1..10}\" } ].");
        return new LoadDescription(
            clients,
            load.Fields.Between("readsPerSecond", 0.1, MostPerSecond, 50),
            load.Fields.Between("writesPerSecond", 0.1, MostPerSecond, 10),
            load.Headers(),
            reads,
            records);
    }

    private static LoadRead? ReadRead(LoadSection read)
    {
        var method = read.Method("GET");
        var target = read.Target("target");
        var body = read.Body();
        var status = read.Status(200);
        return target is null ? null : new LoadRead(method, target, status, read.Fields.Flag("changes"), read.Headers(), body);
    }
}
