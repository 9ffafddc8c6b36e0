using System.Text;
using Strangler.Plan;

namespace Strangler.Tests.Plan;

[TestClass]
public sealed class CompareReaderTests
{
    private const string Good = """
        {
          "headers": { "add": [ { "name": "X-Total", "why": "clients read it" } ], "omit": [ { "name": "Vary", "why": "a cache adds it" } ] },
          "ignore": [
            { "path": "$.at", "why": "a time" },
            { "pattern": "v[0-9]+", "why": "version" },
            { "selector": "input[name=token]", "attribute": "value", "why": "a token" }
          ],
          "keys": [ { "array": "$.items", "key": "id" } ],
          "tolerances": [ { "path": "$.total", "absolute": 0.01, "relative": 0.5, "why": "rounds" } ],
          "intended": [ { "path": "$.state", "from": "open", "to": 7, "why": "renamed" }, { "path": "header Vary", "why": "gone" } ],
          "redact": { "headers": ["X-Api-Key"], "paths": ["$.email"] },
          "noiseSample": 0.5
        }
        """;

    [TestMethod]
    public void Rules_Right_AreTakenOverWhole()
    {
        var rules = Read(Good, "").Snapshot!.Modules["m"].Compare;
        Assert.AreEqual(new HeaderRule("X-Total", "clients read it"), rules.AddedHeaders.Single());
        Assert.AreEqual(new HeaderRule("Vary", "a cache adds it"), rules.OmittedHeaders.Single());
        CollectionAssert.AreEqual(
            new[] { new IgnoreRule("$.at", null, "a time"), new IgnoreRule(null, "v[0-9]+", "version"), new IgnoreRule(null, null, "a token") { Selector = "input[name=token]", Attribute = "value" } }, rules.Ignore.ToArray());
        Assert.AreEqual(new ArrayKey("$.items", "id"), rules.Keys.Single());
        Assert.AreEqual(new Tolerance("$.total", 0.01, 0.5, "rounds"), rules.Tolerances.Single());
        CollectionAssert.AreEqual(new[] { new IntendedChange("$.state", "open", "7", "renamed"), new IntendedChange("header Vary", null, null, "gone") }, rules.Intended.ToArray());
        Assert.AreEqual(("X-Api-Key", "$.email", 0.5), (rules.RedactedHeaders.Single(), rules.RedactedPaths.Single(), rules.NoiseSample));
    }

    [TestMethod]
    public void Rules_OfAnEndpoint_AreAddedToTheModules()
    {
        var module = Read(Good, """, "compare": { "ignore": [ { "path": "$.own", "why": "its own" } ] }""").Snapshot!.Modules["m"];
        var rules = module.RulesOf(module.Endpoints[0]);
        Assert.HasCount(4, rules.Ignore);
        Assert.HasCount(1, rules.Keys);
        Assert.AreEqual(0.5, rules.NoiseSample, "The module's holds where the endpoint says nothing.");
        Assert.AreSame(module.Compare, module.RulesOf(module.Endpoints[1]));
    }

    [TestMethod]
    [DataRow(", \"why\": \"a time\"", "", "modules.m.compare.ignore[0].why (line 4): The field \"why\" is missing.")]
    [DataRow("\"path\": \"$.at\"", "\"path\": \"at\"", "modules.m.compare.ignore[0].path (line 4): \"at\" is no JSON path.")]
    [DataRow("\"path\": \"$.at\"", "\"path\": \"$.at\", \"pattern\": \"x\"", "Exactly one of \"path\", \"pattern\" and \"selector\"")]
    [DataRow("\"v[0-9]+\"", "\"v[\"", "modules.m.compare.ignore[1].pattern (line 5): The regular expression is wrong")]
    [DataRow("\"input[name=token]\"", "\"input[\"", "modules.m.compare.ignore[2].selector (line 6): \"input[\" is no CSS selector.")]
    [DataRow("\"selector\": \"input[name=token]\"", "\"path\": \"$.x\"", "modules.m.compare.ignore[2].attribute (line 6): An attribute belongs to a selector.")]
    [DataRow("\"name\": \"X-Total\"", "\"name\": \"\"", "modules.m.compare.headers.add[0].name (line 2): The value is empty.")]
    [DataRow("\"add\":", "\"adds\":", "Did you mean \"add\"?")]
    [DataRow("\"array\": \"$.items\"", "\"array\": \"items\"", "modules.m.compare.keys[0].array (line 8): \"items\" is no JSON path.")]
    [DataRow(", \"key\": \"id\"", "", "modules.m.compare.keys[0].key (line 8): The field \"key\" is missing.")]
    [DataRow("\"absolute\": 0.01, \"relative\": 0.5, ", "", "does not say how far the numbers may be apart")]
    [DataRow("0.01", "-1", "modules.m.compare.tolerances[0].absolute (line 9): -1 is out of range.")]
    [DataRow("\"from\": \"open\"", "\"from\": []", "modules.m.compare.intended[0].from (line 10): The value is an object or a list")]
    [DataRow("\"header Vary\"", "\"headers\"", "modules.m.compare.intended[1].path (line 10): \"headers\" is no place in an answer.")]
    [DataRow("[\"X-Api-Key\"]", "[1]", "modules.m.compare.redact.headers[0] (line 11): A text in quotes belongs here.")]
    [DataRow("[\"$.email\"]", "[\"email\"]", "modules.m.compare.redact.paths[0] (line 11): \"email\" cannot stand here.")]
    [DataRow("\"noiseSample\": 0.5", "\"noiseSample\": 5", "modules.m.compare.noiseSample (line 12): 5 is out of range.")]
    [DataRow("\"keys\": [ {", "\"keys\": [ 1, {", "modules.m.compare.keys[0] (line 8): A rule is an object.")]
    public void Rules_OneThingWrong_ErrorNamesPlaceAndCause(string right, string wrong, string expected)
    {
        Assert.Contains(right, Good);
        var read = Read(Good.Replace(right, wrong, StringComparison.Ordinal), "");
        Assert.IsNull(read.Snapshot);
        Assert.IsTrue(read.Errors.Any(error => error.ToString().Contains(expected, StringComparison.Ordinal)), string.Join('\n', read.Errors));
        Assert.IsTrue(read.Errors.All(static error => error.Mend.Length > 10));
    }

    [TestMethod]
    [DataRow("$.a", 1)]
    [DataRow("$.items[*].price", 3)]
    [DataRow("$['odd name'][3].*", 3)]
    [DataRow("$['it\\'s \\\\']", 1)]
    [DataRow("$[0]", 1)]
    [DataRow("$", 0)]
    [DataRow("$a", 0)]
    [DataRow("$.", 0)]
    [DataRow("$['a]", 0)]
    [DataRow("$[x]", 0)]
    [DataRow("$[-1]", 0)]
    [DataRow("$.a b", 0)]
    [DataRow("a", 0)]
    public void Path_IsReadOrRefused(string text, int steps)
    {
        Assert.AreEqual(steps, JsonPath.Parse(text)?.Steps.Count ?? 0);
        if (text.Contains("it", StringComparison.Ordinal) && text.Contains('\\', StringComparison.Ordinal)) Assert.AreEqual("it's \\", JsonPath.Parse(text)!.Steps[0].Name);
    }

    private static PlanValidation Read(string compare, string endpoint) => PlanReader.Read(Encoding.UTF8.GetBytes(
        $$"""{ "legacy": { "address": "http://127.0.0.1:1" }, "modules": { "m": { "service": { "addresses": ["http://127.0.0.1:2"] }, "endpoints": [ { "id": "a", "match": "GET /a"{{endpoint}} }, { "id": "b", "match": "GET /b" } ], "compare": {{compare.ReplaceLineEndings("\n")}} } } }"""));
}
