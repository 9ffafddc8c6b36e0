using System.Collections.Concurrent;
using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Sync.Tests.Sample;
using TestKit;
using TestKit.Databases;

namespace Sync.Tests;

public abstract class SwitchTests(string provider) : DatabaseTests(provider)
{
    [TestMethod, BugOfOthers(1)]
    public async Task Fence_AmongConcurrentWriters_NoWriteIsAcknowledgedBehindIt()
    {
        await using var pair = await StartSyncedAsync();
        // A fence that lets writers through must fail here, not hang. Eighty switches take their time where the server is slow.
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        for (var round = 0; round < 40; round++)
        {
            var epoch = 1 + (2 * round);
            var acknowledged = new ConcurrentBag<string>();
            using var fenced = new CancellationTokenSource();
            var writers = Enumerable.Range(0, 4).Select(writer => Task.Run(async () =>
            {
                for (var n = 0; !limit.IsCancellationRequested && !fenced.IsCancellationRequested; n++)
                {
                    try
                    {
                        var code = $"{round}-{writer}-{n}";
                        await pair.Legacy.AddAsync(new Item { Code = code, ShelfId = 1 });
                        acknowledged.Add(code);
                    }
                    catch (NotOwnerException)
                    {
                        return;
                    }
                }
            })).ToArray();
            while (acknowledged.Count < round % 8 && !limit.IsCancellationRequested) await Task.Yield();
            var fence = await pair.Legacy.DoAsync("fence", new { epoch });
            var rows = await pair.Legacy.ScalarAsync("SELECT COUNT(*) FROM Items");
            fenced.CancelAfter(TimeSpan.FromSeconds(5));
            await Task.WhenAll(writers);
            Assert.IsFalse(limit.IsCancellationRequested || fenced.IsCancellationRequested, "The writers were not refused behind the fence.");
            Assert.AreEqual(rows, await pair.Legacy.ScalarAsync("SELECT COUNT(*) FROM Items"));
            var again = await pair.Legacy.DoAsync("fence", new { epoch });
            Assert.AreEqual(fence.ToString(), again.ToString());
            await SamplePair.DrainedAsync(pair.Legacy, fence.GetProperty("position").GetInt64());
            await pair.AssertEqualAsync();
            Assert.AreEqual(acknowledged.Count, await pair.Service.ScalarAsync($"SELECT COUNT(*) FROM Items WHERE Code LIKE '{round}-%'"));
            await pair.Service.DoAsync("open", new { epoch = epoch + 1, keys = fence.GetProperty("keys"), capture = true });
            await SamplePair.SwitchAsync(pair.Service, pair.Legacy, epoch + 1);
        }
    }

    [TestMethod]
    public async Task Steps_RepeatedOrOutOfPlace_AreIdempotentOrConflict()
    {
        await using var pair = await StartSyncedAsync();
        Assert.AreEqual(HttpStatusCode.Conflict, (await pair.Legacy.TryAsync("fence", new { epoch = 2 })).StatusCode);
        Assert.AreEqual(HttpStatusCode.Conflict, (await pair.Service.TryAsync("fence", new { epoch = 1 })).StatusCode);
        Assert.AreEqual(HttpStatusCode.Conflict, (await pair.Service.TryAsync("open", new { epoch = 1 })).StatusCode);
        await pair.Legacy.DoAsync("fence", new { epoch = 1 });
        await pair.Legacy.DoAsync("open", new { epoch = 2, capture = true });
        await pair.Legacy.DoAsync("open", new { epoch = 2, capture = true });
        await pair.Legacy.AddAsync(new Item { Code = "after abort", ShelfId = 1 });
        await SamplePair.DrainedAsync(pair.Legacy);
        await pair.AssertEqualAsync();
        Assert.AreEqual(2, (await pair.Service.StatusAsync()).GetProperty("epoch").GetInt64());
        Assert.AreEqual(HttpStatusCode.Conflict, (await pair.Legacy.TryAsync("retire", new { epoch = 2 })).StatusCode);
        pair.Legacy.Host.Client.DefaultRequestHeaders.Remove("Strangler-Key");
        Assert.AreEqual(HttpStatusCode.Unauthorized, (await pair.Legacy.TryAsync("fence", new { epoch = 2 })).StatusCode);
    }

    [TestMethod, BugOfOthers(4), BugOfOthers(5)]
    public async Task Fence_HeldUpByATransaction_FailsWithinItsLimitAndTheOwnerGoesOn()
    {
        await using var pair = await StartSyncedAsync(new() { ["Sync:FenceTimeout"] = "00:00:00.300" });
        await using (var scope = pair.Legacy.Host.App.Services.CreateAsyncScope())
        {
            var context = scope.ServiceProvider.GetRequiredService<SampleContext>();
            await using var transaction = await context.Database.BeginTransactionAsync();
            context.Add(new Item { Code = "slow", ShelfId = 1 });
            await context.SaveChangesAsync();
            using var refused = await pair.Legacy.TryAsync("fence", new { epoch = 1 }).WaitAsync(TimeSpan.FromSeconds(20));
            Assert.AreEqual(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
            Assert.Contains("Sync:FenceTimeout", await refused.Content.ReadAsStringAsync());
            await transaction.CommitAsync();
        }

        await pair.Legacy.AddAsync(new Item { Code = "next", ShelfId = 1 });
        await SamplePair.SwitchAsync(pair.Legacy, pair.Service, 1);
        await pair.AssertEqualAsync();
    }

    [TestMethod]
    public async Task Fence_OfAnOwnerWithoutCapture_IsAConflict()
    {
        await using var pair = await StartAsync();
        using var refused = await pair.Legacy.TryAsync("fence", new { epoch = 1 });
        Assert.AreEqual(HttpStatusCode.Conflict, refused.StatusCode);
        Assert.Contains("capture", await refused.Content.ReadAsStringAsync());
        await pair.Legacy.AddAsync(new Item { Code = "goes on", ShelfId = 1 });
    }

    [TestMethod]
    public async Task Random_WritesSwitchesAndFaults_BothSidesAgreeWithTheModel()
    {
        var random = new Random(20240607);
        await using var pair = await StartSyncedAsync();
        var model = new Dictionary<int, decimal>();
        var (owner, other, epoch) = (pair.Legacy, pair.Service, 1L);
        for (var step = 0; step < 150; step++)
        {
            var fault = random.Next(10) switch { 0 => Fault.LoseAnswer, 1 => Fault.Repeat, 2 => Fault.Refuse, _ => Fault.None };
            (pair.ToLegacy.Fault, pair.ToService.Fault) = (fault, fault);
            switch (random.Next(12))
            {
                case 0:
                    (pair.ToLegacy.Fault, pair.ToService.Fault) = (Fault.None, Fault.None);
                    await SamplePair.SwitchAsync(owner, other, epoch++);
                    (owner, other) = (other, owner);
                    break;
                case 1 or 2 or 3 when model.Count > 0:
                    var removed = model.Keys.ElementAt(random.Next(model.Count));
                    await owner.UseAsync(context => { context.Remove(new Item { Id = removed, Code = "" }); return context.SaveChangesAsync(); });
                    model.Remove(removed);
                    break;
                case 4 or 5 or 6 or 7 when model.Count > 0:
                    var changed = model.Keys.ElementAt(random.Next(model.Count));
                    await owner.UseAsync(async context =>
                    {
                        (await context.Items.SingleAsync(item => item.Id == changed)).Price = step;
                        await context.SaveChangesAsync();
                    });
                    model[changed] = step;
                    break;
                case 8:
                    await other.StopAsync();
                    await other.StartAsync();
                    break;
                default:
                    model[await owner.AddAsync(new Item { Code = $"c{step}", ShelfId = 1, Price = step })] = step;
                    break;
            }
        }

        (pair.ToLegacy.Fault, pair.ToService.Fault) = (Fault.None, Fault.None);
        await SamplePair.DrainedAsync(owner);
        await pair.AssertEqualAsync();
        Assert.AreEqual(
            string.Join(' ', model.OrderBy(row => row.Key).Select(row => FormattableString.Invariant($"{row.Key}={row.Value}"))),
            await owner.UseAsync(async context => string.Join(' ', (await context.Items.OrderBy(i => i.Id).ToListAsync()).Select(row => FormattableString.Invariant($"{row.Id}={row.Price:0.##}")))));
    }

    [TestMethod]
    public async Task Start_OnTablesOfANewerVersion_IsRefusedWithFileAndMend()
    {
        await using var pair = await StartAsync();
        await pair.Legacy.StopAsync();
        await pair.Legacy.ScalarAsync("INSERT INTO sync_schema (version) VALUES (99); SELECT 1");
        var error = await Assert.ThrowsExactlyAsync<InvalidOperationException>(pair.Legacy.StartAsync);
        Assert.Contains(pair.Legacy.DatabaseName, error.Message);
        Assert.Contains("version 99", error.Message);
        Assert.Contains("Run a version", error.Message);
    }

    [TestMethod]
    public async Task Backfill_OverRowsOnlyTheReceiverHas_RemovesThemAndFreesTheirUniqueValues()
    {
        await using var pair = await StartAsync();
        await pair.Legacy.AddAsync(new Item { Code = "a", ShelfId = 1 });
        await pair.Service.ScalarAsync("INSERT INTO Shelves (Id, Name, Place_Row) VALUES (1, 'x', 0), (9, 'y', 0); INSERT INTO Items (Id, Code, ShelfId, Price) VALUES (50, 'a', 9, 1), (51, 'b', 9, 1); SELECT 1");
        await pair.SyncAsync();
        await pair.AssertEqualAsync();
    }
}

[TestClass]
public sealed class SwitchOnSqlite() : SwitchTests(TestDatabase.Sqlite);

[TestClass]
public sealed class SwitchOnPostgreSql() : SwitchTests(TestDatabase.PostgreSql);

[TestClass]
public sealed class SwitchOnSqlServer() : SwitchTests(TestDatabase.SqlServer);
