using System.Net;
using System.Text;
using Sync.Tests.Sample;
using TestKit.Databases;

namespace Sync.Tests;

public abstract class EndpointTests(string provider) : DatabaseTests(provider)
{
    [TestMethod]
    public async Task CaptureOrOpen_WithoutAPeer_IsAConflictThatNamesTheSetting()
    {
        await using var pair = await StartAsync(new() { ["Sync:Peers:sample"] = null, ["Sync:Subscribers:sample:copy"] = "http://127.0.0.1:9" });
        using var capture = await pair.Legacy.TryAsync("capture", new { enabled = true });
        Assert.AreEqual(HttpStatusCode.Conflict, capture.StatusCode);
        Assert.Contains("Sync:Peers:sample", await capture.Content.ReadAsStringAsync());
        await pair.Service.DoAsync("follow", new { epoch = 1, reset = true });
        using var open = await pair.Service.TryAsync("open", new { epoch = 2, capture = true });
        Assert.AreEqual(HttpStatusCode.Conflict, open.StatusCode);
        Assert.Contains("Sync:Peers:sample", await open.Content.ReadAsStringAsync());
        await pair.Service.DoAsync("open", new { epoch = 2, capture = false });
    }

    [TestMethod]
    public async Task Refusal_AfterAnEarlierCommitOfTheRequest_ClaimsNoUntouchedSide()
    {
        await using var pair = await StartSyncedAsync();
        using var mixed = await pair.Service.Host.Client.PostAsync("/notes-then-items", null);
        Assert.AreEqual(HttpStatusCode.ServiceUnavailable, mixed.StatusCode);
        Assert.IsFalse(mixed.Headers.Contains("Strangler-Not-Owner"));
        Assert.AreEqual(1, await pair.Service.ScalarAsync("SELECT COUNT(*) FROM Notes"));
        using var undone = await pair.Service.Host.Client.PostAsync("/items-undone", null);
        Assert.AreEqual(HttpStatusCode.MisdirectedRequest, undone.StatusCode);
        Assert.IsTrue(undone.Headers.Contains("Strangler-Not-Owner"));
    }

    [TestMethod]
    public async Task Position_OfATransactionThatWasRolledBack_IsNotTold()
    {
        await using var pair = await StartSyncedAsync();
        using var undone = await pair.Legacy.Host.Client.PostAsync("/items-undone", null);
        Assert.AreEqual(HttpStatusCode.OK, undone.StatusCode);
        Assert.IsFalse(undone.Headers.Contains("Strangler-Position"));
    }

    [TestMethod]
    public async Task Call_WithoutTheKey_IsRefusedBeforeItsBodyIsRead()
    {
        await using var pair = await StartAsync();
        using var anonymous = new HttpClient { BaseAddress = pair.Legacy.Host.Address };
        using var broken = new StringContent("{", Encoding.UTF8, "application/json");
        Assert.AreEqual(HttpStatusCode.Unauthorized, (await anonymous.PostAsync("/_sync/modules/sample/open", broken)).StatusCode);
    }
}

[TestClass]
public sealed class EndpointOnSqlite() : EndpointTests(TestDatabase.Sqlite);

[TestClass]
public sealed class EndpointOnPostgreSql() : EndpointTests(TestDatabase.PostgreSql);

[TestClass]
public sealed class EndpointOnSqlServer() : EndpointTests(TestDatabase.SqlServer);
