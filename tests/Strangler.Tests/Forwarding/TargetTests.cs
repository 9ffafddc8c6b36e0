using Strangler.Forwarding;

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
    [DataRow("/files/_sync/x")]
    [DataRow("/a%20b/_sync/x")]
    [DataRow("/_synced")]
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
    [DataRow("http://shop.example\\products/metrics", "\\products/metrics")]
    [DataRow("http://shop.example#/products", "#/products")]
    public void Target_AbsoluteFormWithoutASlash_IsAmbiguousFromTheAuthorityOn(string target, string path)
    {
        Assert.AreEqual(path, RawTarget.PathAndQuery(target).ToString());
        Assert.IsTrue(RawTarget.IsAmbiguous(RawTarget.Path(path)));
        Assert.AreEqual(new Uri("http://upstream:81"), new Uri(UpstreamTransformer.UriFor("http://upstream:81/", target).GetLeftPart(UriPartial.Authority)));
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
    [DataRow("/_sync//../modules/catalog")]
    [DataRow("/_sync/inbox/x%2f..%2f..%2f..%2fy/..")]
    [DataRow("/_sync/inbox/x\\..\\..\\..\\y/..")]
    [DataRow("/x#/../_sync/modules/catalog")]
    [DataRow("/x/..%252f%255fsync/modules")]
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
    [DataRow("/api/products/7#x", "legacy")]
    [DataRow("/api/products", "legacy")]
    public async Task Target_ThatCouldMeanAnotherPath_IsNotPlanned(string target, string side)
    {
        await using var test = await ProxyUnderTest.StartAsync();
        test.Publish(Strangler.Stages.Stage.Extracted, owner: Strangler.Stages.Side.Service, epoch: 2);
        var answer = await test.RawAsync($"GET {target} HTTP/1.1\nHost: shop.example\nConnection: close\n\n");
        StringAssert.Contains(answer, $"X-Side: {side}");
        StringAssert.Contains(answer, $"GET {target}");
    }
}
