using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Sync.Tests.Sample;
using TestKit.Databases;

namespace Sync.Tests;

/// <summary>A batch goes to the database together, and yet each message has the outcome that it would have had alone.</summary>
public abstract class BatchOutcomeTests(string provider) : DatabaseTests(provider)
{
    private static SyncMessage Item(int id, string code, long position, int shelf = 1) =>
        new("sample", "item", $"{id}", "sample.item-changed/1", 1, position, null, JsonSerializer.SerializeToUtf8Bytes(new ItemChanged(id, code, shelf, 1), JsonSerializerOptions.Web));

    private static SyncMessage Removed(int id, long position) =>
        new("sample", "item", $"{id}", "sample.item-removed/1", 1, position, null, Encoding.UTF8.GetBytes($$"""{"id":{{id}}}"""));

    private static async Task<SyncOutcome[]> ApplyAsync(SampleSide side, params SyncMessage[] messages)
    {
        var reply = await side.Host.App.Services.GetRequiredService<SyncInbox>().ApplyAsync(new SyncBatch("sample", "legacy", messages), CancellationToken.None);
        return [.. reply.Results.Select(result => result.Outcome)];
    }

    /// <summary>Applies the messages to one side together and to another one by one, and asserts that nobody could tell which is which.</summary>
    private async Task<string> AssertAsOneByOneAsync(SyncMessage[] messages)
    {
        await using var together = await StartSyncedAsync();
        await using var alone = await StartSyncedAsync();
        foreach (var side in new[] { together.Service, alone.Service })
        {
            await ApplyAsync(side, Item(1, "one", 100), Item(2, "two", 100), Item(3, "three", 100), Removed(3, 110), Item(8, "eight", 100));
            // What no message has brought.
            await side.ScalarAsync("INSERT INTO Items (Id, Code, ShelfId, Price) VALUES (900, 'taken', 1, 1); SELECT 1");
        }

        var outcomes = string.Join(' ', await ApplyAsync(together.Service, messages));
        var oneByOne = new List<SyncOutcome>();
        foreach (var message in messages) oneByOne.AddRange(await ApplyAsync(alone.Service, message));
        Assert.AreEqual(string.Join(' ', oneByOne), outcomes);
        Assert.AreEqual(await alone.Service.DumpAsync(), await together.Service.DumpAsync());
        foreach (var id in messages.Select(message => message.Key).Distinct())
        {
            var version = $"SELECT COALESCE(SUM(position * 2 + CASE WHEN removed IS NULL THEN 0 ELSE 1 END), 0) FROM sync_version WHERE entity = 'item' AND {SampleSql.KeyColumn(Provider)} = '{id}'";
            Assert.AreEqual(await alone.Service.ScalarAsync(version), await together.Service.ScalarAsync(version), $"The version of item {id}.");
        }

        return outcomes;
    }

    [TestMethod]
    public async Task Batch_OfEveryKindWithAViolationInTheMiddle_HasEachMessagesOwnOutcome()
    {
        var outcomes = await AssertAsOneByOneAsync(
        [
            Item(1, "one", 100),
            Item(2, "older", 99),
            Item(3, "back", 105),
            Item(4, "new", 120),
            Item(5, "unknown", 121) with { Type = "sample.item-changed/9" },
            Item(6, "taken", 122),
            Item(7, "nowhere", 123, shelf: 77),
            Removed(8, 124),
            Item(9, "last", 125),
        ]);
        Assert.AreEqual("Duplicate Stale Stale Applied Rejected Rejected Rejected Applied Applied", outcomes);
    }

    [TestMethod]
    public async Task Batch_OfOneKeyManyTimes_JudgesEachByThoseBeforeIt()
    {
        var outcomes = await AssertAsOneByOneAsync(
        [
            Item(1, "one", 100),
            Item(1, "next", 120),
            Item(1, "between", 119),
            Item(2, "older", 99),
            Item(1, "next", 120),
            Removed(1, 121),
            Item(2, "newer", 122),
            Removed(1, 121),
            Item(4, "a", 123),
            Item(4, "b", 124),
            Item(2, "newer", 122),
            Removed(3, 110),
            Item(3, "again", 126),
        ]);
        Assert.AreEqual("Duplicate Applied Stale Stale Duplicate Applied Applied Duplicate Applied Applied Duplicate Duplicate Applied", outcomes);
    }

    [TestMethod]
    public async Task Batch_DeliveredAgain_IsAllDuplicates()
    {
        await using var pair = await StartSyncedAsync();
        var messages = Enumerable.Range(1, 300).Select(id => id % 7 == 0 ? Removed(id, 100 + id) : Item(id, $"c{id}", 100 + id)).ToArray();
        Assert.IsTrue((await ApplyAsync(pair.Service, messages)).All(outcome => outcome == SyncOutcome.Applied));
        var before = await pair.Service.DumpAsync();
        Assert.IsTrue((await ApplyAsync(pair.Service, messages)).All(outcome => outcome == SyncOutcome.Duplicate));
        Assert.AreEqual(before, await pair.Service.DumpAsync());
    }
}

[TestClass]
public sealed class BatchOutcomeOnSqlite() : BatchOutcomeTests(TestDatabase.Sqlite);

[TestClass]
public sealed class BatchOutcomeOnPostgreSql() : BatchOutcomeTests(TestDatabase.PostgreSql);

[TestClass]
public sealed class BatchOutcomeOnSqlServer() : BatchOutcomeTests(TestDatabase.SqlServer);
