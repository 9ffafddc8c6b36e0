using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Strangler.Plan;

namespace Strangler.Tests.Plan;

[TestClass]
public sealed class PlanSchemaTests
{
    [TestMethod]
    [DataRow("", nameof(PlanFields.Plan))]
    [DataRow("properties.legacy", nameof(PlanFields.Legacy))]
    [DataRow("properties.clients", nameof(PlanFields.Clients))]
    [DataRow("properties.limits", nameof(PlanFields.Limits))]
    [DataRow("$defs.module", nameof(PlanFields.Module))]
    [DataRow("$defs.module.properties.service", nameof(PlanFields.Service))]
    [DataRow("$defs.module.properties.service.properties.sessionAffinity", nameof(PlanFields.SessionAffinity))]
    [DataRow("$defs.module.properties.endpoints.items", nameof(PlanFields.Endpoint))]
    [DataRow("$defs.compare", nameof(PlanFields.Compare))]
    [DataRow("$defs.compare.properties.headers", nameof(PlanFields.CompareHeaders))]
    [DataRow("$defs.headers.items", nameof(PlanFields.Header))]
    [DataRow("$defs.compare.properties.ignore.items", nameof(PlanFields.Ignore))]
    [DataRow("$defs.compare.properties.keys.items", nameof(PlanFields.Key))]
    [DataRow("$defs.compare.properties.tolerances.items", nameof(PlanFields.Tolerance))]
    [DataRow("$defs.compare.properties.intended.items", nameof(PlanFields.Intended))]
    [DataRow("$defs.compare.properties.redact", nameof(PlanFields.Redact))]
    [DataRow("$defs.module.properties.gates", nameof(PlanFields.Gates))]
    [DataRow("$defs.module.properties.canary", nameof(PlanFields.Canary))]
    public void Schema_HasTheFieldsThatTheReaderKnows(string path, string fields)
    {
        JsonNode node = JsonNode.Parse(File.ReadAllText(SchemaFile()))!;
        foreach (var step in path.Split('.', StringSplitOptions.RemoveEmptyEntries)) node = node[step] ?? throw new AssertFailedException($"The schema has no {path}.");
        var known = (string[])typeof(PlanFields).GetField(fields)!.GetValue(null)!;
        CollectionAssert.AreEquivalent(known, node["properties"]!.AsObject().Select(static member => member.Key).ToArray());
        Assert.IsFalse((bool)node["additionalProperties"]!, "Unknown fields are errors.");
    }

    private static string SchemaFile([CallerFilePath] string here = "") =>
        Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "..", "docs", "reference", "plan.schema.json");
}
