namespace Strangler.Tests.Forwarding;

[TestClass]
public sealed class TargetTests
{
    [TestMethod]
    [DataRow("/a%2Fb")]
    [DataRow("/a%2e%2e/b")]
    [DataRow("/a/../b")]
    [DataRow("/a/./b/")]
    [DataRow("/100%")]
    [DataRow("/%zz")]
    [DataRow("/[a]{b}|c")]
    [DataRow("//a//b")]
    [DataRow("/a;v=1/b")]
    [DataRow("/a?x=[1]&y=%2F&z=a+b&&q")]
    [DataRow("/caf%C3%A9")]
    [DataRow("/a?")]
    [DataRow("/a?b=1?c=2")]
    [DataRow("/%E0%80%AF")]
    [DataRow("/a%20b")]
    [DataRow("/api/products/1")]
    [DataRow("/api/products/1%2F2")]
    [DataRow("/api/products/..;/x")]
    public async Task Target_AnyForm_ReachesTheUpstreamAsItCame(string target)
    {
        await using var test = await ProxyUnderTest.StartAsync();
        var answer = await test.RawAsync($"GET {target} HTTP/1.1\nHost: shop.example\nConnection: close\n\n");
        StringAssert.StartsWith(answer, "HTTP/1.1 200 ");
        StringAssert.Contains(answer, $"GET {target}\r\n");
    }

    [TestMethod]
    public async Task Target_AbsoluteForm_ReachesTheUpstreamAsItsPath()
    {
        await using var test = await ProxyUnderTest.StartAsync();
        var answer = await test.RawAsync("GET http://shop.example/a%2Fb?c HTTP/1.1\nHost: shop.example\nConnection: close\n\n");
        StringAssert.Contains(answer, "GET /a%2Fb?c");
    }

    [TestMethod]
    public async Task Target_OptionsAsterisk_ReachesTheUpstreamAsAsterisk()
    {
        await using var test = await ProxyUnderTest.StartAsync();
        var answer = await test.RawAsync("OPTIONS * HTTP/1.1\nHost: shop.example\nConnection: close\n\n");
        StringAssert.Contains(answer, "OPTIONS *");
    }

    [TestMethod]
    [DataRow("/_sync/modules/catalog")]
    [DataRow("/_SYNC/modules")]
    [DataRow("/_sync")]
    [DataRow("/_sync?x")]
    [DataRow("/%5fsync/x")]
    [DataRow("/%255fsync/x")]
    [DataRow("/%25255Fsync/x")]
    [DataRow("//_sync/x")]
    [DataRow("/./_sync/x")]
    [DataRow("/a/../_sync/x")]
    [DataRow("/a/%2e%2e/_sync/x")]
    [DataRow("/a/%2e%2e%2f_sync/x")]
    [DataRow("/../_sync/x")]
    [DataRow("/;a=b/_sync;c/x")]
    [DataRow("/x/..;/_sync/x")]
    [DataRow("/%5C_sync%5Cx")]
    [DataRow("http://shop.example/_sync/x")]
    public async Task Target_NamesTheSidesOwnEndpoints_IsNotFound(string target)
    {
        await using var test = await ProxyUnderTest.StartAsync();
        var answer = await test.RawAsync($"GET {target} HTTP/1.1\nHost: shop.example\nConnection: close\n\n");
        StringAssert.StartsWith(answer, "HTTP/1.1 404 ");
        Assert.DoesNotContain("X-Side", answer);
    }

    [TestMethod]
    [DataRow("/api/products/7", "service")]
    [DataRow("/API/Products/7?x=1", "service")]
    [DataRow("/api/%70roducts/7", "service")]
    [DataRow("/api/products/caf%C3%A9", "service")]
    [DataRow("/api/products/a%2Fb", "legacy")]
    [DataRow("/api/x/../products/7", "legacy")]
    [DataRow("/api//products/7", "legacy")]
    [DataRow("/api/products/7;v=2", "legacy")]
    [DataRow("/api/products", "legacy")]
    public async Task Target_ThatCouldMeanAnotherPath_IsNotPlanned(string target, string side)
    {
        await using var test = await ProxyUnderTest.StartAsync();
        test.Publish(Stages.Stage.Extracted, owner: Stages.Side.Service, epoch: 2);
        var answer = await test.RawAsync($"GET {target} HTTP/1.1\nHost: shop.example\nConnection: close\n\n");
        StringAssert.Contains(answer, $"X-Side: {side}");
        StringAssert.Contains(answer, $"GET {target}");
    }
}
