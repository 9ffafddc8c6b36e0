using System.Text;
using Strangler.Cli.Rehearse.Load;

namespace Strangler.Tests.Cli.Rehearse;

[TestClass]
public sealed class LoadReaderTests
{
    [TestMethod]
    public void Load_WithSeveralMistakes_NamesAllOfThemWithTheirLines()
    {
        var errors = Read(
            """
            {
              "clients": 0,
              "raeds": [],
              "reads": [
                { "target": "api/goods/1" },
                { "target": "/api/goods/{id}", "method": "FETCH" }
              ],
              "records": [
                { "name": "good", "keys": "1-20", "read": "/api/goods/{key}", "value": "price", "writes": [] }
              ]
            }
            """).Errors.Select(static e => e.ToString()).ToList();

        string[] expected =
        [
            "clients (line 2): 0 is out of range.",
            "raeds (line 3): There is no field \"raeds\" here. Did you mean \"reads\"?",
            "reads[0].target (line 5): \"api/goods/1\" does not begin with a slash.",
            "reads[1].method (line 6): \"FETCH\" is not a known method.",
            "reads[1].target (line 6): {id} is not a placeholder.",
            "records[0].keys (line 9): \"1-20\" is not a range of keys.",
            "records[0].value (line 9): \"price\" is not the path to one value.",
            "records[0].writes (line 9): There is no write.",
        ];
        foreach (var text in expected) Assert.IsTrue(errors.Exists(e => e.StartsWith(text, StringComparison.Ordinal)), $"{text}\n--\n{string.Join('\n', errors)}");
        Assert.HasCount(expected.Length, errors, string.Join('\n', errors));
    }

    [TestMethod]
    public void Load_FewerKeysThanClients_IsRefused()
    {
        var errors = Read("""{ "clients": 5, "reads": [{ "target": "/" }], "records": [{ "name": "a", "keys": "1..4", "read": "/{key}", "value": "$.a", "writes": [{ "target": "/{key}" }] }] }""").Errors;
        StringAssert.Contains(errors.Single().What, "fewer keys than there are clients (5)");
    }

    [TestMethod]
    public void Load_OnlyWritesOfWhatItHasCreated_NeedsACreation()
    {
        var errors = Read("""{ "reads": [{ "target": "/" }], "records": [{ "name": "a", "read": "/{key}", "value": "$.a", "writes": [{ "target": "/{key}" }] }] }""").Errors;
        StringAssert.Contains(errors.Single().What, "No write has anything to begin with.");
    }

    [TestMethod]
    public void Load_WithoutReads_IsRefused() => StringAssert.Contains(Read("{ }").Errors.Single().What, "There is nothing to read.");

    [TestMethod]
    public void Load_NoJson_NamesTheLine() => StringAssert.StartsWith(Read("{\n  \"reads\": [\n").Errors.Single().Where, "the load (line ");

    [TestMethod]
    public void Load_Right_HasItsPresets()
    {
        var load = Read("""{ "reads": [{ "target": "/a" }], "records": [{ "name": "a", "keys": "1..10", "read": "/{key}", "value": "$.a", "writes": [{ "target": "/{key}", "body": { "a": "{value}" } }] }] }""").Load!;
        Assert.AreEqual((10, 50.0, 10.0), (load.Clients, load.ReadsPerSecond, load.WritesPerSecond));
        var write = load.Records[0].Writes[0];
        Assert.AreEqual(("PUT", 200, WriteEffect.Sets, true), (write.Method, write.Status, write.Effect, write.CanBeRepeated));
        Assert.AreEqual("""{"a":7}""", Encoding.UTF8.GetString(write.Body!.Fill(new Placeholders(static name => name), new LoadValues("c", "1", 7))));
    }

    private static LoadValidation Read(string json) => LoadReader.Read(Encoding.UTF8.GetBytes(json));
}
