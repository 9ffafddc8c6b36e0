using System.Text;
using Strangler.Mirroring.Comparison;
using Strangler.Plan;
using static Strangler.Tests.Mirroring.Comparison.Answers;

namespace Strangler.Tests.Mirroring.Comparison;

[TestClass]
public sealed class JsonComparisonTests
{
    [TestMethod]
    [DataRow("""{"a":1,"b":[1,2]}""", """{ "b": [1, 2], "a": 1 }""")]
    [DataRow("""{"a":1.0}""", """{"a":1}""")]
    [DataRow("""{"a":100,"b":0.001}""", """{"a":1e2,"b":1E-3}""")]
    [DataRow("""{"a":"\u00e9\n"}""", """{"a":"é\u000a"}""")]
    [DataRow("""{"a":1,"a":2}""", """{"a":1, "a":2.0}""")]
    [DataRow("""[{"x":1,"y":2},{"y":4,"x":3}]""", """[{"y":2,"x":1},{"x":3,"y":4}]""")]
    public void Json_WrittenDifferently_IsAlike(string legacy, string service) => IsAlike(Json(legacy, service));

    [TestMethod]
    [DataRow("""{"a":1}""", """{"a":2}""", "Value $.a")]
    [DataRow("""{"a":1}""", """{"a":"1"}""", "Type $.a")]
    [DataRow("""{"a":null}""", """{}""", "Missing $.a")]
    [DataRow("""{}""", """{"a":null}""", "Added $.a")]
    [DataRow("""{"a":"x"}""", """{"a":null}""", "Type $.a")]
    [DataRow("""{"a":true}""", """{"a":false}""", "Value $.a")]
    [DataRow("""{"a":12345678901234567890123}""", """{"a":12345678901234567890124}""", "Value $.a")]
    [DataRow("""{"a":1,"a":2}""", """{"a":1,"a":3}""", "Value $.a")]
    [DataRow("""{"a":1,"a":2}""", """{"a":1}""", "Missing $.a")]
    [DataRow("""{"b":[1,2]}""", """{"b":[2,1]}""", "Order $.b")]
    [DataRow("""{"b":[1,2,3,4]}""", """{"b":[1,3,4]}""", "Missing $.b[1]")]
    [DataRow("""{"b":[1,2,3]}""", """{"b":[1,2,2,3]}""", "Added $.b[2]")]
    [DataRow("""[{"id":1},{"id":2},{"id":3}]""", """[{"id":2},{"id":3},{"id":4}]""", "Missing $[0]", "Added $[2]")]
    [DataRow("""[{"id":1,"p":5},{"id":2,"p":6},{"id":3,"p":7}]""", """[{"id":1,"p":5},{"id":2,"p":7},{"id":3,"p":6}]""", "Value $[1].p", "Value $[2].p")]
    [DataRow("""{"odd name":{"a.b":1}}""", """{"odd name":{"a.b":2}}""", "Value $['odd name']['a.b']")]
    [DataRow("""{"a":{}}""", """{"a":[]}""", "Type $.a")]
    [DataRow("3", "4", "Value $")]
    public void Json_Different_EachPlaceIsNamed(string legacy, string service, params string[] expected) => Differs(Json(legacy, service), expected);

    [TestMethod]
    public void Json_ManyEqualDifferences_AreBoundedAndCounted()
    {
        var legacy = $"[{string.Join(',', Enumerable.Range(0, 5000).Select(static i => $"{{\"id\":{i},\"v\":1}}"))}]";
        var found = Json(legacy, legacy.Replace("\"v\":1", "\"v\":2", StringComparison.Ordinal));
        Assert.AreEqual(5000, found.Total);
        Assert.HasCount(8, found.Differences);
        Assert.AreEqual("$[*].v", found.Differences[0].Pattern);
        var wide = Json($"{{{string.Join(',', Enumerable.Range(0, 5000).Select(static i => $"\"m{i}\":1"))}}}", "{}");
        Assert.AreEqual(5000, wide.Total);
        Assert.HasCount(100, wide.Differences);
    }

    [TestMethod]
    public void Json_UnderRules_LeavesOutWhatTheySayAndShowsIt()
    {
        var rules = new CompareRules([new IgnoreRule("$.items[*].at", null, "a time"), new IgnoreRule("$.gone", null, "old")])
        {
            Tolerances = [new Tolerance("$.total", 0.01, 0, "rounds"), new Tolerance("$.large", 0, 0.001, "estimates")],
            Intended = [new IntendedChange("$.state", "open", "new", "renamed"), new IntendedChange("$.extra", null, null, "asked for")],
        };
        const string Legacy = """{"items":[{"id":1,"at":"x"}],"gone":1,"total":10.00,"large":1000,"state":"open"}""";
        var found = Json(Legacy, """{"items":[{"id":1,"at":"y"}],"total":10.01,"large":1000.9,"state":"new","extra":7}""", rules);
        IsAlike(found);
        CollectionAssert.AreEquivalent(
            new[] { "Ignored $.items[*].at: a time", "Ignored $.gone: old", "Tolerated $.total: rounds", "Tolerated $.large: estimates", "Intended $.state: renamed", "Intended $.extra: asked for" },
            found.LeftOut.Select(static l => $"{l.By} {l.Rule}: {l.Why}").ToArray());
        Differs(
            Json(Legacy, """{"items":[{"id":2,"at":"y"}],"total":10.02,"large":1002,"state":"shut"}""", rules),
            "Value $.items[0].id", "Value $.total", "Value $.large", "Value $.state");
        Differs(Json(Legacy, """{"items":[{"id":1}],"total":"10.00","large":1000,"state":"open"}""", rules), "Type $.total");
    }

    [TestMethod]
    public void Json_ArrayWithAKey_IsComparedByIt()
    {
        var rules = new CompareRules([]) { Keys = [new ArrayKey("$.items", "id")] };
        IsAlike(Json("""{"items":[{"id":1,"v":1},{"id":2,"v":2}]}""", """{"items":[{"v":2,"id":2},{"id":1,"v":1}]}""", rules));
        Differs(
            Json("""{"items":[{"id":1,"v":1},{"id":2,"v":2}]}""", """{"items":[{"id":3,"v":2},{"id":1,"v":5}]}""", rules),
            "Value $.items[?id=1].v", "Missing $.items[?id=2]", "Added $.items[?id=3]");
        var twice = Json("""{"items":[{"id":1},{"id":1}]}""", """{"items":[{"id":1},{"id":2}]}""", rules);
        Differs(twice, "Value $.items[1].id");
        Assert.HasCount(1, twice.Notes);
    }

    [TestMethod]
    public void Json_UnderNoise_HidesNothingElse()
    {
        var noise = new NoiseProfile([("$.items[*].id", DifferenceKind.Value), ("$.at", DifferenceKind.Value)]);
        const string Legacy = """{"at":"12:01","items":[{"id":"a","v":1},{"id":"b","v":2},{"id":"c","v":3}]}""";
        var same = Json(Legacy, """{"at":"12:02","items":[{"id":"d","v":1},{"id":"e","v":2},{"id":"f","v":3}]}""", null, noise);
        IsAlike(same);
        Assert.AreEqual("$.at 1, $.items[*].id 3", string.Join(", ", same.LeftOut.OrderBy(static l => l.Rule).Select(static l => $"{l.Rule} {l.Count}")));
        Differs(Json(Legacy, """{"at":"12:02","items":[{"id":"d","v":1},{"id":"f","v":3}]}""", null, noise), "Missing $.items[1]");
        Differs(Json(Legacy, """{"at":"12:02","items":[{"id":7,"v":1},{"v":2},{"id":"f","v":3}]}""", null, noise), "Type $.items[0].id", "Missing $.items[1].id");
        Differs(Json(Legacy, """{"items":[{"id":"d","v":1},{"id":"e","v":9},{"id":"f","v":3}]}""", null, noise), "Missing $.at", "Value $.items[1].v");
        Assert.IsFalse(Json("1", "2", null, new NoiseProfile([("$", DifferenceKind.Value)])).IsMatch, "Nothing would be left to compare.");
    }

    [TestMethod]
    public void Json_Redacted_ShowsNoValue()
    {
        var rules = new CompareRules([]) { RedactedPaths = ["$.customer.email", "$.card"] };
        var found = Json("""{"customer":{"email":"a@x"},"card":{"no":"4111"},"n":1}""", """{"customer":{"email":"b@x"},"card":{"no":"4222"},"n":1}""", rules);
        Differs(found, "Value $.customer.email", "Value $.card.no");
        Assert.IsFalse(found.Differences.Any(static d => $"{d.Legacy}{d.Service}".Contains("@x", StringComparison.Ordinal) || d.Legacy!.Contains("4111", StringComparison.Ordinal)), string.Join('\n', found.Differences));
        var missing = Json("""{"customer":{"email":"a@x","name":"n"}}""", "{}", rules).Differences.Single();
        Assert.AreEqual("""{"email":"(redacted)","name":"n"}""", missing.Legacy);
        var broken = Json("""{"card":{"no":"4111"}""", """{"card":{"no":"4222"}""", rules);
        Assert.IsFalse(string.Concat(broken.Differences).Contains("4111", StringComparison.Ordinal), "What cannot be found cannot be redacted: nothing is shown.");
    }

    [TestMethod]
    [DataRow("""{"a":1""", """{"a":1}""")]
    [DataRow("""{"a":"\ud800"}""", """{"a":"\ud801"}""")]
    [DataRow("no json", "no JSON")]
    public void Json_ThatIsNone_IsComparedAsText(string legacy, string service)
    {
        var found = Json(legacy, service);
        Differs(found, "Value body");
        Assert.HasCount(1, found.Notes);
    }

    [TestMethod]
    [DataRow("[", "]")]
    [DataRow("{\"a\":", "}")]
    public void Json_NestedDeep_IsComparedAsText(string open, string close)
    {
        string Nested(string inner) => string.Concat(Enumerable.Repeat(open, 10_000)) + inner + string.Concat(Enumerable.Repeat(close, 10_000));
        IsAlike(Json(Nested("1"), Nested("1")));
        Differs(Json(Nested("1"), Nested("2")), "Value body");
    }

    [TestMethod]
    public void Json_InACharacterSet_IsReadInIt()
    {
        var latin = Of(200, "application/json; charset=iso-8859-1", Encoding.Latin1.GetBytes("""{"a":"é"}"""));
        var wide = Of(200, "application/json; charset=utf-16", Encoding.Unicode.GetBytes("""{"a":"é"}"""));
        Differs(AnswerComparer.Compare(latin, wide, CompareRules.Exact), "Value header Content-Type");
        var wrong = Of(200, "application/json", Encoding.Latin1.GetBytes("""{"a":"é"}"""));
        Differs(AnswerComparer.Compare(Of("application/json", """{"a":"é"}"""), wrong, CompareRules.Exact), "Value $.a");
        Differs(AnswerComparer.Compare(Of(200, "application/json", Encoding.Latin1.GetBytes("""{"a":"è"}""")), wrong, CompareRules.Exact), "Value $.a");
    }
}
