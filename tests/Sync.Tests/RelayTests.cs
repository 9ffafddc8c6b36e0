using Sync.Tests.Sample;
using TestKit;
using TestKit.Databases;

namespace Sync.Tests;

public abstract class RelayTests(string provider) : DatabaseTests(provider)
{
    [TestMethod]
    public async Task Relay_AfterFailedSends_ListensToTheNextWriteBeforeItsBackoffEnds()
    {
        await using var pair = await StartSyncedAsync(new() { ["Sync:PollInterval"] = "00:05:00", ["Sync:InitialBackoff"] = "00:00:00.050", ["Sync:MaximumBackoff"] = "00:05:00", ["Sync:LeaseDuration"] = "01:00:00" });
        pair.ToService.Fault = Fault.Refuse;
        await pair.Legacy.AddAsync(new Item { Code = "first", ShelfId = 1 });
        // With each attempt the wait doubles, to more than a minute.
        var failures = pair.ToService.Refused;
        for (var n = 0; n < 12; n++)
        {
            await pair.Legacy.AddAsync(new Item { Code = $"n{n}", ShelfId = 1 });
            await Eventually.TrueAsync(() => pair.ToService.Refused > failures, what: "another attempt after the write");
            failures = pair.ToService.Refused;
        }

        pair.ToService.Fault = Fault.None;
        await SamplePair.DrainedAsync(pair.Legacy);
        await pair.AssertEqualAsync();
    }

    [TestMethod]
    public async Task Relay_ReceiverNeedsLongerForABatchThanItIsWaitedFor_SmallerOnesGetThrough()
    {
        await using var pair = await StartSyncedAsync(new() { ["Sync:SendTimeout"] = "00:00:02", ["Sync:MaximumBackoff"] = "00:00:00.100" });
        pair.ToService.Fault = Fault.Slow;
        await pair.Legacy.AddAsync([.. Enumerable.Range(1, 8 * Gate.Quick).Select(static n => new Item { Code = $"n{n}", ShelfId = 1 })]);
        await Eventually.GetAsync(pair.Legacy.StatusAsync, static now => now.GetProperty("pending").GetInt32() == 0, TimeSpan.FromMinutes(2), "nothing pending");
        await pair.AssertEqualAsync();
    }
}

[TestClass]
public sealed class RelayOnSqlite() : RelayTests(TestDatabase.Sqlite);

[TestClass]
public sealed class RelayOnPostgreSql() : RelayTests(TestDatabase.PostgreSql);

[TestClass]
public sealed class RelayOnSqlServer() : RelayTests(TestDatabase.SqlServer);
