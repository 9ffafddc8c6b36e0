using Sync.Tests.Sample;
using TestKit.Databases;

namespace Sync.Tests.DryRuns;

/// <summary>A dry run answers as the write would, tells what it would change, and leaves nothing behind.</summary>
public abstract class DryRunTests(string provider) : DatabaseTests(provider)
{
    private static readonly Dictionary<string, string?> _patient = new() { ["Sync:DryRun:Timeout"] = "00:00:30" };

    private async Task<SamplePair> StartAsync()
    {
        var pair = await StartSyncedAsync(_patient, static pair => (pair.Legacy.MapMore, pair.Service.MapMore) = (Writes.Map, Writes.Map));
        await pair.Legacy.AddAsync(new Item { Code = "a", ShelfId = 1, Price = 1.5m });
        await SamplePair.DrainedAsync(pair.Legacy);
        return pair;
    }

    private static async Task<DryAnswer> DryAsync(SamplePair pair, HttpMethod method, string path, object? body = null)
    {
        var before = await pair.Service.DumpAllAsync();
        var answer = await DryAnswer.AskAsync(pair.Service, method, path, body);
        Assert.AreEqual(before, await pair.Service.DumpAllAsync(), $"{method} {path} has left something behind.");
        return answer;
    }

    private static ItemChanged New(string code) => new(0, code, 1, 2.25m);

    [TestMethod]
    public async Task Insert_AnswersWithTheOwnersNextKeyAndTellsTheRow()
    {
        await using var pair = await StartAsync();
        var dry = await DryAsync(pair, HttpMethod.Post, "/items", New("new"));
        Assert.AreEqual("done", dry.Outcome, dry.Reason);
        // Once more: a sequence that does not go back would give the next number.
        dry = await DryAsync(pair, HttpMethod.Post, "/items", New("new"));
        Assert.AreEqual("done", dry.Outcome, dry.Reason);
        var real = await DryAnswer.AskAsync(pair.Legacy, HttpMethod.Post, "/items", New("new"), header: "Strangler-Changes");
        if (Provider != TestDatabase.SqlServer) Assert.AreEqual((real.Status, real.Body, real.Told), (dry.Status, dry.Body, dry.Told));
        await SamplePair.DrainedAsync(pair.Legacy);
        await pair.AssertEqualAsync();
    }

    [TestMethod]
    public async Task UpdateAndDelete_SeeTheirOwnWritesAndLeaveNothing()
    {
        await using var pair = await StartAsync();
        var update = await DryAsync(pair, HttpMethod.Put, "/items/1", New("b"));
        Assert.AreEqual(("done", 200, "\"b\""), (update.Outcome, update.Status, update.Body), update.Reason);
        Assert.AreEqual("sample.item-changed/1 {\"id\":1,\"code\":\"b\",\"shelfId\":1,\"price\":2.25}", update.Told);
        var delete = await DryAsync(pair, HttpMethod.Delete, "/items/1");
        Assert.AreEqual(("done", 204, "sample.item-removed/1 {\"id\":1}"), (delete.Outcome, delete.Status, delete.Told), delete.Reason);
        var missing = await DryAsync(pair, HttpMethod.Delete, "/items/4711");
        Assert.AreEqual(("done", 404, ""), (missing.Outcome, missing.Status, missing.Told), missing.Reason);
    }

    [TestMethod]
    public async Task TakenValue_FailsAloneAndTheHandlerGoesOn()
    {
        await using var pair = await StartAsync();
        var dry = await DryAsync(pair, HttpMethod.Post, "/items-or-other", New("a"));
        Assert.AreEqual(("done", 200, "2"), (dry.Outcome, dry.Status, dry.Body), dry.Reason);
        Assert.Contains("a-other", dry.Told);
        Assert.HasCount(1, dry.Changes);
    }

    [TestMethod]
    public async Task TransactionOfTheHost_IsNotCommittedAndReadsItsOwnWrites()
    {
        await using var pair = await StartAsync();
        var dry = await DryAsync(pair, HttpMethod.Post, "/items-twice", New("t"));
        Assert.AreEqual(("done", 200, "2"), (dry.Outcome, dry.Status, dry.Body), dry.Reason);
        Assert.HasCount(2, dry.Changes);
    }

    [TestMethod]
    public async Task TransactionOfTheHost_ReadAfterItsEnd_IsRefusedRatherThanAnsweredWrongly()
    {
        await using var pair = await StartAsync();
        var dry = await DryAsync(pair, HttpMethod.Post, "/items-then-read", New("t"));
        Assert.AreEqual("unsupported", dry.Outcome);
        Assert.Contains("transaction", dry.Reason);
    }

    [TestMethod]
    public async Task TransactionOfTheHost_RolledBack_TakesOnlyItsOwnWithIt()
    {
        await using var pair = await StartAsync();
        var dry = await DryAsync(pair, HttpMethod.Post, "/items-undone-then-made", New("u"));
        Assert.AreEqual(("done", "1"), (dry.Outcome, dry.Body), dry.Reason);
        Assert.HasCount(1, dry.Changes);
        Assert.Contains("u-before", dry.Told);
    }

    [TestMethod]
    public async Task TransactionOfTheHost_LeftUncommitted_TellsNothingOfIt()
    {
        await using var pair = await StartAsync();
        var dry = await DryAsync(pair, HttpMethod.Post, "/items-left-uncommitted", New("l"));
        Assert.AreEqual(("done", "1", ""), (dry.Outcome, dry.Body, dry.Told), dry.Reason);
    }

    [TestMethod]
    public async Task TransactionNotOfTheContext_IsRefused()
    {
        await using var pair = await StartAsync();
        var dry = await DryAsync(pair, HttpMethod.Post, "/items-in-a-raw-transaction");
        Assert.AreEqual("unsupported", dry.Outcome);
    }

    [TestMethod]
    public async Task SeveralContexts_ShareOneTransaction()
    {
        await using var pair = await StartAsync();
        var dry = await DryAsync(pair, HttpMethod.Post, "/notes-and-items", New("n"));
        Assert.AreEqual(("done", 200, "2"), (dry.Outcome, dry.Status, dry.Body), dry.Reason);
        Assert.HasCount(1, dry.Changes);
    }

    [TestMethod]
    public async Task BulkUpdate_LeavesNothing()
    {
        await using var pair = await StartAsync();
        var dry = await DryAsync(pair, HttpMethod.Post, "/prices");
        Assert.AreEqual(("done", "1"), (dry.Outcome, dry.Body), dry.Reason);
    }

    [TestMethod]
    public async Task HandlerThatThrows_AnswersAsItWouldAndLeavesNothing()
    {
        await using var pair = await StartAsync();
        var dry = await DryAsync(pair, HttpMethod.Post, "/items-and-fail", New("f"));
        Assert.AreEqual(500, dry.Status);
    }

    [TestMethod]
    public async Task EffectThatNoRollbackTakesBack_IsRefusedWithItsReason()
    {
        await using var pair = await StartAsync();
        var mail = await DryAsync(pair, HttpMethod.Post, "/mail");
        Assert.AreEqual(("unsupported", "it sends a mail"), (mail.Outcome, mail.Reason));
        var charge = await DryAsync(pair, HttpMethod.Post, "/charge");
        Assert.AreEqual(("unsupported", "it charges a card"), (charge.Outcome, charge.Reason));
        Assert.DoesNotContain("charged", charge.Body);
        var call = await DryAsync(pair, HttpMethod.Post, "/call");
        Assert.AreEqual(("unsupported", "it calls another service (POST http://127.0.0.1:9)"), (call.Outcome, call.Reason));
    }

    [TestMethod]
    public async Task WithoutTheKey_NothingIsRunOrTold()
    {
        await using var pair = await StartAsync();
        foreach (var key in new[] { null, "", "wrong" })
        {
            var before = await pair.Service.DumpAllAsync();
            var dry = await DryAnswer.AskAsync(pair.Service, HttpMethod.Post, "/items", New("x"), key);
            Assert.AreEqual((401, "", 0), (dry.Status, dry.Outcome, dry.Changes.Count));
            Assert.AreEqual(before, await pair.Service.DumpAllAsync());
        }

        var real = await DryAnswer.AskAsync(pair.Legacy, HttpMethod.Post, "/items", New("y"), "wrong", "Strangler-Changes");
        Assert.AreEqual((200, 0), (real.Status, real.Changes.Count));
    }

    [TestMethod]
    public async Task OwnerAndFenced_Refuse()
    {
        await using var pair = await StartAsync();
        var before = await pair.Legacy.DumpAsync();
        var owner = await DryAnswer.AskAsync(pair.Legacy, HttpMethod.Post, "/items", New("o"));
        Assert.AreEqual("unsupported", owner.Outcome);
        Assert.Contains("owner", owner.Reason);
        await pair.Legacy.DoAsync("fence", new { epoch = 1 });
        var fenced = await DryAnswer.AskAsync(pair.Legacy, HttpMethod.Post, "/items", New("o"));
        Assert.Contains("fenced", fenced.Reason);
        Assert.AreEqual(before, await pair.Legacy.DumpAsync());
    }
}

[TestClass]
public sealed class DryRunOnSqlite() : DryRunTests(TestDatabase.Sqlite);

[TestClass]
public sealed class DryRunOnPostgreSql() : DryRunTests(TestDatabase.PostgreSql);

[TestClass]
public sealed class DryRunOnSqlServer() : DryRunTests(TestDatabase.SqlServer);
