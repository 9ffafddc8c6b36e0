using System.Net;
using Sync.Tests.Sample;

namespace Sync.Tests;

[TestClass]
public sealed class EndpointTests
{
    [TestMethod]
    public async Task CaptureOrOpen_WithoutAPeer_IsAConflictThatNamesTheSetting()
    {
        await using var pair = await SamplePair.StartAsync(new() { ["Sync:Peers:sample"] = null, ["Sync:Subscribers:sample:copy"] = "http://127.0.0.1:9" });
        using var capture = await pair.Legacy.TryAsync("capture", new { enabled = true });
        Assert.AreEqual(HttpStatusCode.Conflict, capture.StatusCode);
        Assert.Contains("Sync:Peers:sample", await capture.Content.ReadAsStringAsync());
        await pair.Service.DoAsync("follow", new { epoch = 1, reset = true });
        using var open = await pair.Service.TryAsync("open", new { epoch = 2, capture = true });
        Assert.AreEqual(HttpStatusCode.Conflict, open.StatusCode);
        Assert.Contains("Sync:Peers:sample", await open.Content.ReadAsStringAsync());
        await pair.Service.DoAsync("open", new { epoch = 2, capture = false });
    }
}
