using Strangler.Stages;
using Yarp.ReverseProxy;

namespace Strangler.Tests.Forwarding;

[TestClass]
public sealed class AffinityTests
{
    [TestMethod]
    public async Task Answer_OfAServiceWithAffinity_NamesItsInstanceToTheClientOnce()
    {
        await using var test = await ProxyUnderTest.StartAsync();
        test.Publish(Stage.Extracted, owner: Side.Service, epoch: 2);
        var plan = test.PlanText("shared").Replace($"\"addresses\": [\"{test.Service.Address}\"]", $"\"addresses\": [\"{test.Service.Address}\"], \"sessionAffinity\": {{ \"policy\": \"Cookie\" }}", StringComparison.Ordinal);
        await File.WriteAllTextAsync(test.PlanFile, plan);
        Assert.IsEmpty((await test.Plans.ReloadAsync()).Errors);
        await TestKit.Eventually.TrueAsync(() => test.Get<IProxyStateLookup>().TryGetCluster("module:catalog", out var cluster) && cluster.Model.Config.SessionAffinity is not null);
        using var first = await test.Client.GetAsync("/api/products/1");
        Assert.AreEqual("service", first.Headers.GetValues("X-Side").Single());
        var cookie = first.Headers.GetValues("Set-Cookie").Single(static value => value.StartsWith("strangler-affinity-catalog=", StringComparison.Ordinal));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/products/1");
        request.Headers.Add("Cookie", cookie.Split(';')[0]);
        using var second = await test.Client.SendAsync(request);
        Assert.AreEqual("service", second.Headers.GetValues("X-Side").Single());
        Assert.IsFalse(second.Headers.Contains("Set-Cookie"));
    }
}
