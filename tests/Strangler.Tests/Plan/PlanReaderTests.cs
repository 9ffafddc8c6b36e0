using System.Text;
using Strangler.Plan;

namespace Strangler.Tests.Plan;

[TestClass]
public sealed class PlanReaderTests
{
    private const string Good = """
        {
          // A plan may carry comments and trailing commas.
          "legacy": { "address": "http://127.0.0.1:5100" },
          "limits": { "maximumBody": 1000, "retryBuffer": 2000, "retryBuffers": 3000, "mirrorBuffers": 4000, "holdWrites": "00:00:05", "candidateTimeout": "00:00:01.500" },
          "forwardedHeaders": "append",
          "clients": { "cookie": "session" },
          "modules": {
            "catalog": {
              "service": { "addresses": ["http://127.0.0.1:5201", "http://127.0.0.1:5202"], "sessionAffinity": { "policy": "Cookie" } },
              "data": "shared",
              "endpoints": [
                { "id": "catalog.product", "match": "GET /api/products/{id}" },
                { "id": "catalog.newest", "match": "GET /api/products/newest" },
                { "id": "catalog.by-number", "match": "DELETE /api/products/{id:int}", "writes": true },
                { "id": "catalog.by-guid", "match": "DELETE /api/products/{id:guid}", "writes": true },
              ],
              "compare": { "ignore": [ { "path": "$.items[*].servedBy", "why": "names the process" }, { "pattern": "v[0-9]+", "why": "version" } ] },
              "gates": { "minimumComparisons": 7, "minimumMatchRate": 0.5, "maximumLag": "00:00:02", "quietBeforeRetirement": "00:00:00", "confidence": 0.9 },
              "canary": { "judge": false, "window": "00:00:30", "minimumSamples": 50, "maximumLatencyRatio": 2, "minimumSlowdown": "00:00:00.100" },
            },
          },
        }
        """;

    [TestMethod]
    public void Plan_Right_IsTakenOverWhole()
    {
        var read = Read(Good);
        Assert.IsEmpty(read.Errors, string.Join('\n', read.Errors));
        var plan = read.Snapshot!;
        Assert.AreEqual(new Uri("http://127.0.0.1:5100"), plan.LegacyAddress);
        Assert.AreEqual(12, plan.Version.Length);
        Assert.AreEqual((1000L, 2000L, 3000L, 4000L, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(1.5)), (plan.Limits.MaximumBody, plan.Limits.RetryBuffer, plan.Limits.RetryBuffers, plan.Limits.MirrorBuffers, plan.Limits.HoldWrites, plan.Limits.CandidateTimeout));
        Assert.IsTrue(plan.AppendForwardedHeaders);
        Assert.AreEqual("session", plan.Clients!.Cookie);
        var module = plan.Modules["catalog"];
        Assert.HasCount(2, module.ServiceAddresses);
        Assert.AreEqual(DataMode.Shared, module.Data);
        Assert.AreEqual(new SessionAffinity("Cookie", "strangler-affinity-catalog"), module.Affinity);
        Assert.AreEqual(new PlannedEndpoint("catalog.by-number", "DELETE", "/api/products/{id:int}", true), module.Endpoints[2]);
        Assert.HasCount(2, module.Compare.Ignore);
        Assert.AreEqual((7, 0.9), (module.Gates.MinimumComparisons, module.Gates.Confidence));
        Assert.AreEqual(
            new CanaryLimits { Judge = false, Window = TimeSpan.FromSeconds(30), MinimumSamples = 50, MaximumLatencyRatio = 2, MinimumSlowdown = TimeSpan.FromMilliseconds(100) }, module.Canary);
    }

    [TestMethod]
    public void Plan_WrongInManyPlaces_ShowsEveryErrorWithPlaceAndMend()
    {
        var read = Read("""
            {
              "legacy": { "address": "http://127.0.0.1:5100" },
              "modules": {
                "catalog": {
                  "service": { "adresses": [], "addresses": ["5201", "http://127.0.0.1:5100/"], "sessionAffinity": { "policy": "HashCookie" } },
                  "endpoints": [
                    { "id": "catalog.product", "match": "GET /api/products/{id}" },
                    { "id": "catalog.product", "match": "GET /api/products/{sku}" },
                  ]
                }
              }
            }
            """);
        Assert.IsNull(read.Snapshot);
        var lines = read.Errors.Select(static error => error.ToString()).ToArray();
        string[] expected =
        [
            "modules.catalog.service.adresses (line 5): There is no field \"adresses\" here. Did you mean \"addresses\"?",
            "modules.catalog.service.addresses[0] (line 5): \"5201\" is no absolute http or https address.",
            "modules.catalog.service.addresses[1] (line 5): http://127.0.0.1:5100/ is the legacy's own address.",
            "modules.catalog.service.sessionAffinity.policy (line 5): The policy HashCookie is not available",
            "modules.catalog.endpoints[1].id (line 8): The id \"catalog.product\" is already used at modules.catalog.endpoints[0].",
            "modules.catalog.endpoints[1].match (line 8): \"GET /api/products/{sku}\" and \"GET /api/products/{id}\" (modules.catalog.endpoints[0]) can match the same request.",
        ];
        foreach (var line in expected) Assert.IsTrue(lines.Any(seen => seen.StartsWith(line, StringComparison.Ordinal)), $"{line}\nnot in\n{string.Join('\n', lines)}");
        Assert.HasCount(expected.Length, lines, string.Join('\n', lines));
        Assert.IsTrue(read.Errors.All(static error => error.Mend.Length > 10));
    }

    [TestMethod]
    [DataRow("\"address\": \"http://127.0.0.1:5100\" }", "}", "legacy.address (line 3)")]
    [DataRow("\"http://127.0.0.1:5100\"", "\"ftp://x\"", "legacy.address (line 3)")]
    [DataRow("\"http://127.0.0.1:5100\"", "7", "legacy.address (line 3): The value is a number")]
    [DataRow("\"shared\"", "\"mirrored\"", "modules.catalog.data (line 10)")]
    [DataRow("GET /api/products/newest", "GTE /api/products/newest", "Did you mean \"GET\"")]
    [DataRow("GET /api/products/newest", "GET api/products/newest", "does not begin with a slash")]
    [DataRow("GET /api/products/newest", "GET /api/{products/newest", "is no route template")]
    [DataRow("GET /api/products/newest", "HEAD /api/products/{x}", "can match the same request")]
    [DataRow("GET /api/products/newest", "GET /API/Products/{x}", "can match the same request")]
    [DataRow("GET /api/products/newest", "GET /_sync/x", "never public")]
    [DataRow("GET /api/products/newest", "/api/products", "is not a method and a path")]
    [DataRow("{id:guid}", "{id:long}", "can match the same request")]
    [DataRow(", \"why\": \"version\"", "", "modules.catalog.compare.ignore[1].why (line 17): The field \"why\" is missing.")]
    [DataRow("v[0-9]+", "v[0-9", "modules.catalog.compare.ignore[1].pattern (line 17): The regular expression is wrong")]
    [DataRow("$.items[*].servedBy", "items.servedBy", "is no JSON path")]
    [DataRow("0.5", "1.5", "modules.catalog.gates.minimumMatchRate (line 18): 1.5 is out of range. Choose a value from 0 to 1.")]
    [DataRow("\"minimumComparisons\": 7", "\"minimumComparisons\": -1", "out of range")]
    [DataRow("\"minimumComparisons\": 7", "\"minimumComparisons\": \"7\"", "a whole number belongs here")]
    [DataRow("\"00:00:02\"", "\"2\"", "is no time span")]
    [DataRow("\"writes\": true },\n        { \"id\": \"catalog.by-guid\"", "\"writes\": 1 },\n        { \"id\": \"catalog.by-guid\"", "true or false belongs here")]
    [DataRow("\"append\"", "\"on\"", "forwardedHeaders (line 5): \"on\" is not known.")]
    [DataRow("{ \"cookie\": \"session\" }", "{ \"cookie\": \"a\", \"header\": \"b\" }", "Exactly one of \"cookie\" and \"header\"")]
    [DataRow("{ \"cookie\": \"session\" }", "{ \"by\": \"name\" }", "clients.by (line 6): \"name\" is not known.")]
    [DataRow("\"judge\": false", "\"judge\": \"off\"", "true or false belongs here")]
    [DataRow("\"window\": \"00:00:30\"", "\"window\": \"00:05:00\"", "Choose a value from 00:00:10 to 00:01:00.")]
    [DataRow("\"maximumLatencyRatio\": 2", "\"maximumLatencyRatio\": 0.5", "out of range")]
    [DataRow("\"minimumSamples\": 50", "\"minimalSamples\": 50", "Did you mean \"minimumSamples\"")]
    [DataRow("\"GET /api/products/newest\"", "\"GET /api/products/newest\", \"waived\": \"\"", "The value is empty. Say why")]
    [DataRow("\"catalog\": {", "\"Catalog!\": {", "is no module name")]
    [DataRow("\"limits\": {", "\"limit\": {", "Did you mean \"limits\"")]
    [DataRow("\"legacy\": {", "\"legacy\": [", "the plan (line 3): This is no JSON")]
    public void Plan_OneThingWrong_ErrorNamesPlaceAndCause(string right, string wrong, string expected)
    {
        var text = Good.ReplaceLineEndings("\n");
        Assert.Contains(right, text);
        var read = Read(text.Replace(right, wrong, StringComparison.Ordinal));
        Assert.IsNull(read.Snapshot);
        Assert.IsTrue(read.Errors.Any(error => error.ToString().Contains(expected, StringComparison.Ordinal)), string.Join('\n', read.Errors));
    }

    private static PlanValidation Read(string text) => PlanReader.Read(Encoding.UTF8.GetBytes(text));
}
