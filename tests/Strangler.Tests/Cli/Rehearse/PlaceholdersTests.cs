using System.Text.Json.Nodes;
using Strangler.Cli.Rehearse.Load;

namespace Strangler.Tests.Cli.Rehearse;

[TestClass]
public sealed class PlaceholdersTests
{
    private static readonly Placeholders Filling = new(static name => $"secret of {name}");

    [TestMethod]
    public void Text_WithPlaceholders_IsFilled() => Assert.AreEqual(
        "/7/42/c-1/u/secret of door",
        Filling.Fill("/{key}/{value}/{client}/{unique}/{secret:door}", new LoadValues("c-1", "7", 42, "u")));

    [TestMethod]
    public void Json_NothingButAPlaceholder_BecomesANumberUnlessATextIsAskedFor()
    {
        var body = JsonNode.Parse("""{ "id": "{key}", "name": "no {key}", "text": "{value:text}", "list": ["{value}", true] }""");
        Assert.AreEqual(
            """{"id":7,"name":"no 7","text":"42","list":[42,true]}""",
            Filling.Fill(body, new LoadValues("c-1", "7", 42))!.ToJsonString());
    }

    [TestMethod]
    public void Json_KeyThatIsNoNumber_StaysAText() =>
        Assert.AreEqual("\"ab-7\"", Filling.Fill(JsonNode.Parse("\"{key}\""), new LoadValues("c-1", "ab-7"))!.ToJsonString());

    [TestMethod]
    public void Range_Expanded_GivesEachNumberButNoMoreThanAsked()
    {
        CollectionAssert.AreEqual(new[] { "/1?x", "/2?x", "/3?x" }, Placeholders.Expand("/{1..3}?x", 10).ToArray());
        CollectionAssert.AreEqual(new[] { "/1/8", "/1/9", "/2/8", "/2/9" }, Placeholders.Expand("/{1..2}/{8..9}", 10).ToArray());
        Assert.HasCount(10, Placeholders.Expand("/{1..1000000}", 10));
    }

    [TestMethod]
    public void Place_InAnAnswer_IsFoundOrNull()
    {
        var body = """{ "items": [ { "price": 12.50, "name": "pan" } ] }"""u8.ToArray();
        Assert.AreEqual("12.50", JsonPlace.Parse("$.items[0].price")!.In(body));
        Assert.AreEqual("pan", JsonPlace.Parse("$.items[0].name")!.In(body));
        Assert.IsNull(JsonPlace.Parse("$.items[1].name")!.In(body));
        Assert.IsNull(JsonPlace.Parse("$.items[0].name")!.In("<html>"u8.ToArray()));
        Assert.IsNull(JsonPlace.Parse("$.items[*].price"), "more than one place");
    }
}
