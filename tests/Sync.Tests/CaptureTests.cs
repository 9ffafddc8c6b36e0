using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.DependencyInjection;
using Sync.Tests.Sample;
using TestKit;
using TestKit.Databases;

namespace Sync.Tests;

public abstract class CaptureTests(string provider) : DatabaseTests(provider)
{
    private const string Outbox = "SELECT COUNT(*) FROM sync_outbox";

    private sealed class Savepoints : DbTransactionInterceptor
    {
        public int Made { get; private set; }

        public override Task CreatedSavepointAsync(DbTransaction transaction, TransactionEventData eventData, CancellationToken cancellationToken = default)
        {
            Made++;
            return Task.CompletedTask;
        }
    }

    private async Task<SamplePair> StartHeldAsync()
    {
        var pair = await StartSyncedAsync();
        pair.Hold();
        return pair;
    }

    /// <summary>Lets go of what was held, and sees it arrive.</summary>
    private static async Task DeliveredAsync(SamplePair pair)
    {
        pair.LetGo();
        await SamplePair.DrainedAsync(pair.Legacy);
        await pair.AssertEqualAsync();
    }

    [TestMethod]
    public async Task OuterTransaction_OverTwoContexts_IsCapturedWithTheCommit()
    {
        await using var pair = await StartHeldAsync();
        await using var scope = pair.Legacy.Host.App.Services.CreateAsyncScope();
        var sample = scope.ServiceProvider.GetRequiredService<SampleContext>();
        using (await scope.ServiceProvider.GetRequiredService<SyncDatabase>().EnterWriteAsync())
        {
            await using var transaction = await sample.Database.BeginTransactionAsync();
            var options = pair.Legacy.Use(new DbContextOptionsBuilder<OtherContext>(), sample.Database.GetDbConnection()).AddInterceptors(scope.ServiceProvider.GetRequiredService<SyncInterceptor>()).Options;
            await using var other = new OtherContext(options);
            await other.Database.UseTransactionAsync(transaction.GetDbTransaction());
            other.Add(new Note { Text = "n" });
            await other.SaveChangesAsync();
            sample.Add(new Item { Code = "a", ShelfId = 1 });
            await sample.SaveChangesAsync();
            Assert.AreEqual(0, await pair.Legacy.ScalarAsync(Outbox));
            await transaction.CommitAsync();
        }

        Assert.AreEqual(1, await pair.Legacy.ScalarAsync(Outbox));
        Assert.AreEqual(1, await pair.Legacy.ScalarAsync("SELECT COUNT(*) FROM Notes"));
        await DeliveredAsync(pair);
    }

    [TestMethod]
    public async Task Savepoints_OfEntityFramework_AreMadeInTheHostsTransactionsAlone()
    {
        await using var pair = await StartHeldAsync();
        await using var scope = pair.Legacy.Host.App.Services.CreateAsyncScope();
        var savepoints = new Savepoints();
        var options = pair.Legacy.Use(new DbContextOptionsBuilder<SampleContext>()).AddInterceptors(scope.ServiceProvider.GetRequiredService<SyncInterceptor>(), savepoints).Options;
        await using var context = new SampleContext(options);
        context.Add(new Item { Code = "a", ShelfId = 1 });
        await context.SaveChangesAsync();
        Assert.AreEqual(0, savepoints.Made);
        // A save that fails leaves the context as it was, too.
        context.Add(new Item { Code = "a", ShelfId = 1 });
        await Assert.ThrowsAsync<DbUpdateException>(() => context.SaveChangesAsync());
        Assert.AreEqual(0, savepoints.Made);
        context.ChangeTracker.Clear();
        using (await scope.ServiceProvider.GetRequiredService<SyncDatabase>().EnterWriteAsync())
        await using (var transaction = await context.Database.BeginTransactionAsync())
        {
            context.Add(new Item { Code = "a", ShelfId = 1 });
            await Assert.ThrowsAsync<DbUpdateException>(() => context.SaveChangesAsync());
            context.ChangeTracker.Clear();
            context.Add(new Item { Code = "b", ShelfId = 1 });
            await context.SaveChangesAsync();
            await transaction.CommitAsync();
        }

        Assert.AreEqual(2, savepoints.Made);
        await DeliveredAsync(pair);
    }

    [TestMethod]
    public async Task OuterTransaction_RolledBackOrToSavepoint_CapturesNothingOfIt()
    {
        await using var pair = await StartHeldAsync();
        await pair.Legacy.UseAsync(async context =>
        {
            await using (await context.Database.BeginTransactionAsync())
            {
                context.Add(new Item { Code = "gone", ShelfId = 1 });
                await context.SaveChangesAsync();
            }

            context.ChangeTracker.Clear();
            await using var transaction = await context.Database.BeginTransactionAsync();
            context.Add(new Item { Code = "kept", ShelfId = 1 });
            await context.SaveChangesAsync();
            await transaction.CreateSavepointAsync("here");
            context.Add(new Item { Code = "undone", ShelfId = 1 });
            await context.SaveChangesAsync();
            await transaction.RollbackToSavepointAsync("here");
            await transaction.CommitAsync();
        });
        Assert.AreEqual(1, await pair.Legacy.ScalarAsync(Outbox));
        Assert.Contains("kept", (await pair.Legacy.PayloadsAsync()).Single());
    }

    [TestMethod]
    public async Task FailedSave_LeavesNothingAndTheQueueFree()
    {
        await using var pair = await StartHeldAsync();
        await pair.Legacy.AddAsync(new Item { Code = "same", ShelfId = 1 });
        await Assert.ThrowsExactlyAsync<DbUpdateException>(() => pair.Legacy.AddAsync(new Item { Code = "same", ShelfId = 1 }));
        await pair.Legacy.AddAsync(new Item { Code = "next", ShelfId = 1 });
        Assert.AreEqual(2, await pair.Legacy.ScalarAsync(Outbox));
    }

    [TestMethod]
    public async Task SynchronousSave_IsCaptured_AndChecked()
    {
        await using var pair = await StartHeldAsync();
        static Task AddAsync(SampleContext context)
        {
            context.Add(new Item { Code = "sync", ShelfId = 1 });
            context.SaveChanges();
            return Task.CompletedTask;
        }

        await pair.Legacy.UseAsync(AddAsync);
        Assert.AreEqual(1, await pair.Legacy.ScalarAsync(Outbox));
        await Assert.ThrowsExactlyAsync<NotOwnerException>(() => pair.Service.UseAsync(AddAsync));
    }

    [TestMethod]
    public async Task Update_OfAValueNoMessageCarries_WritesNoMessage()
    {
        await using var pair = await StartHeldAsync();
        var id = await pair.Legacy.AddAsync(new Item { Code = "a", ShelfId = 1 });
        await pair.Legacy.UseAsync(async context =>
        {
            (await context.Items.SingleAsync(item => item.Id == id)).Seen = "today";
            await context.SaveChangesAsync();
        });
        Assert.AreEqual(1, await pair.Legacy.ScalarAsync(Outbox));
    }

    [TestMethod]
    public async Task Update_OfADetachedRow_IsCaptured()
    {
        await using var pair = await StartHeldAsync();
        var id = await pair.Legacy.AddAsync(new Item { Code = "a", ShelfId = 1 });
        await pair.Legacy.UseAsync(async context =>
        {
            context.Update(new Item { Id = id, Code = "b", ShelfId = 1 });
            await context.SaveChangesAsync();
        });
        Assert.AreEqual(2, await pair.Legacy.ScalarAsync(Outbox));
        await DeliveredAsync(pair);
    }

    [TestMethod]
    public async Task Update_OfOtherColumnsThanAnother_CarriesTheCommittedRow()
    {
        await using var pair = await StartSyncedAsync();
        var id = await pair.Legacy.AddAsync(new Item { Code = "a", ShelfId = 1, Price = 1 });
        await pair.Legacy.UseAsync(async first =>
        {
            (await first.Items.SingleAsync(item => item.Id == id)).Price = 2;
            await pair.Legacy.UseAsync(async second =>
            {
                (await second.Items.SingleAsync(item => item.Id == id)).Code = "b";
                await second.SaveChangesAsync();
            });
            await first.SaveChangesAsync();
        });
        await SamplePair.DrainedAsync(pair.Legacy);
        await pair.AssertEqualAsync();
        await pair.Legacy.UseAsync(context =>
        {
            var stub = new Item { Id = id, Code = "unknown", ShelfId = 99 };
            context.Attach(stub);
            stub.Price = 3;
            context.SaveChanges();
            return Task.CompletedTask;
        });
        await SamplePair.DrainedAsync(pair.Legacy);
        await pair.AssertEqualAsync();
    }

    [TestMethod]
    public async Task RemoveAndAdd_OfOneKeyInOneSave_KeepsTheRow()
    {
        await using var pair = await StartSyncedAsync();
        var id = await pair.Legacy.AddAsync(new Item { Code = "a", ShelfId = 1 });
        await pair.Legacy.UseAsync(async context =>
        {
            context.Remove(await context.Items.SingleAsync(item => item.Id == id));
            context.Add(new Item { Id = id, Code = "b", ShelfId = 1 });
            await context.SaveChangesAsync();
        });
        await SamplePair.DrainedAsync(pair.Legacy);
        await pair.AssertEqualAsync();
        Assert.AreEqual(1, await pair.Service.ScalarAsync("SELECT COUNT(*) FROM Items WHERE Code = 'b'"));
    }

    [TestMethod]
    public async Task ExecuteUpdate_OnFollowerOrFenced_IsRefused_OnOwnerRuns()
    {
        await using var pair = await StartSyncedAsync();
        static Task UpdateAsync(SampleContext context) => context.Shelves.ExecuteUpdateAsync(set => set.SetProperty(shelf => shelf.Name, "changed"));
        await Assert.ThrowsExactlyAsync<NotOwnerException>(() => pair.Service.UseAsync(UpdateAsync));
        await pair.Legacy.UseAsync(UpdateAsync);
        Assert.AreEqual(1, await pair.Legacy.ScalarAsync("SELECT COUNT(*) FROM Shelves WHERE Name = 'changed'"));
        await pair.Legacy.DoAsync("fence", new { epoch = 1 });
        await Assert.ThrowsExactlyAsync<NotOwnerException>(() => pair.Legacy.UseAsync(UpdateAsync));
    }

    [TestMethod]
    public async Task OtherContext_WritingTheModulesTable_IsRefusedWhenNotOwner_ButMayReadFromIt()
    {
        await using var pair = await StartSyncedAsync();
        await using var scope = pair.Service.Host.App.Services.CreateAsyncScope();
        var other = scope.ServiceProvider.GetRequiredService<OtherContext>();
        await Assert.ThrowsExactlyAsync<NotOwnerException>(() => other.Database.ExecuteSqlRawAsync(SampleSql.For(Provider, "UPDATE Shelves SET Name = 'x'")));
        Assert.AreEqual(1, await other.Database.ExecuteSqlRawAsync(SampleSql.For(Provider, "INSERT INTO Notes (Text) SELECT Name FROM Shelves")));
    }

    [TestMethod, BugOfOthers(7)]
    public async Task LateCommittingTransaction_BesideLaterWrites_IsNotSkipped()
    {
        await using var pair = await StartSyncedAsync();
        await using var scope = pair.Legacy.Host.App.Services.CreateAsyncScope();
        var context = scope.ServiceProvider.GetRequiredService<SampleContext>();
        Task later;
        await using (var transaction = await context.Database.BeginTransactionAsync())
        {
            context.Add(new Item { Code = "early", ShelfId = 1 });
            await context.SaveChangesAsync();
            later = Task.Run(() => pair.Legacy.AddAsync(new Item { Code = "later", ShelfId = 1 }));
            await transaction.CommitAsync();
        }

        await later;
        await SamplePair.DrainedAsync(pair.Legacy);
        await pair.AssertEqualAsync();
        Assert.AreEqual(2, await pair.Service.ScalarAsync("SELECT COUNT(*) FROM Items"));
    }
}

[TestClass]
public sealed class CaptureOnSqlite() : CaptureTests(TestDatabase.Sqlite);

[TestClass]
public sealed class CaptureOnPostgreSql() : CaptureTests(TestDatabase.PostgreSql);

[TestClass]
public sealed class CaptureOnSqlServer() : CaptureTests(TestDatabase.SqlServer);
