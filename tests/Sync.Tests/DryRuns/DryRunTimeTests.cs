using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Sync.Tests.Sample;
using TestKit.Databases;

namespace Sync.Tests.DryRuns;

/// <summary>A dry run holds nobody up for longer than its limit, and what arrives meanwhile is not lost.</summary>
public abstract class DryRunTimeTests(string provider) : DatabaseTests(provider)
{
    private static readonly ItemChanged _item = new(0, "held", 1, 1m);

    /// <summary>Saves, says so, and goes on when it is let, or when the request is over if it listens.</summary>
    private sealed class Hold
    {
        private readonly TaskCompletionSource _saved = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _go = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Saved => _saved.Task.WaitAsync(TimeSpan.FromSeconds(60));

        public bool Listens { get; init; }

        public void Go() => _go.TrySetResult();

        public void Map(WebApplication app) => app.MapPost("/hold", async (ItemChanged item, HttpContext http, SampleContext context) =>
        {
            context.Add(new Item { Code = item.Code, ShelfId = item.ShelfId });
            await context.SaveChangesAsync();
            _saved.TrySetResult();
            await _go.Task.WaitAsync(Listens ? http.RequestAborted : default);
            return Results.Ok("went on");
        });
    }

    private Task<SamplePair> StartAsync(Hold hold, string timeout) => StartSyncedAsync(new() { ["Sync:DryRun:Timeout"] = timeout }, pair => pair.Service.MapMore = hold.Map);

    [TestMethod]
    public async Task WhatTheOwnerSendsMeanwhile_IsAppliedAfterwardsAndNotedAsLater()
    {
        var hold = new Hold();
        await using var pair = await StartAsync(hold, "00:00:30");
        var asked = DryAnswer.AskAsync(pair.Service, HttpMethod.Post, "/hold", _item);
        await hold.Saved;
        var real = await DryAnswer.AskAsync(pair.Legacy, HttpMethod.Post, "/items", _item, header: "Strangler-Changes");
        Assert.AreEqual(200, real.Status);
        hold.Go();
        var dry = await asked;
        Assert.AreEqual(("done", "\"went on\"", real.Told.Replace(",\"price\":1}", ",\"price\":0}", StringComparison.Ordinal)), (dry.Outcome, dry.Body, dry.Told), dry.Reason);
        await SamplePair.DrainedAsync(pair.Legacy);
        await pair.AssertEqualAsync();
        var position = (await pair.Legacy.StatusAsync()).GetProperty("position").GetInt64();

        var later = await AppliedAsync(pair, dry, position);
        Assert.IsTrue(later.GetProperty("known").GetBoolean());
        Assert.IsTrue(later.GetProperty("holds").GetBoolean());
        Assert.IsFalse(later.GetProperty("earlier").GetBoolean());
        Assert.IsTrue((await AppliedAsync(pair, dry, position + 1)).GetProperty("earlier").GetBoolean());
        Assert.IsFalse((await AppliedAsync(pair, dry with { Applied = [dry.Applied[0], "another process", dry.Applied[2]] }, position)).GetProperty("known").GetBoolean());

        var after = await DryAnswer.AskAsync(pair.Service, HttpMethod.Post, "/hold", _item with { Code = "after" });
        Assert.IsFalse((await AppliedAsync(pair, after, position)).GetProperty("holds").GetBoolean());
        Assert.AreEqual(position, long.Parse(after.Applied[4], System.Globalization.CultureInfo.InvariantCulture));
    }

    [TestMethod]
    public async Task HandlerThatDoesNotEnd_HoldsNothingPastTheLimit()
    {
        var hold = new Hold();
        await using var pair = await StartAsync(hold, "00:00:05");
        var asked = DryAnswer.AskAsync(pair.Service, HttpMethod.Post, "/hold", _item);
        await hold.Saved;
        await pair.Legacy.AddAsync(new Item { Code = "meanwhile", ShelfId = 1 });
        // The handler still stands where it was.
        await SamplePair.DrainedAsync(pair.Legacy);
        await pair.AssertEqualAsync();
        Assert.IsFalse(asked.IsCompleted);
        hold.Go();
        Assert.AreEqual("late", (await asked).Outcome);
    }

    [TestMethod]
    public async Task ClientThatLeaves_LeavesNothing()
    {
        var hold = new Hold { Listens = true };
        await using var pair = await StartAsync(hold, "00:01:00");
        using var leave = new CancellationTokenSource();
        var asked = DryAnswer.AskAsync(pair.Service, HttpMethod.Post, "/hold", _item, cancellationToken: leave.Token);
        await hold.Saved;
        await leave.CancelAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(() => asked);
        await pair.Legacy.AddAsync(new Item { Code = "afterwards", ShelfId = 1 });
        await SamplePair.DrainedAsync(pair.Legacy);
        await pair.AssertEqualAsync();
    }

    [TestMethod]
    public async Task SecondAtTheSameTime_IsBusy()
    {
        var hold = new Hold();
        await using var pair = await StartAsync(hold, "00:00:06");
        var asked = DryAnswer.AskAsync(pair.Service, HttpMethod.Post, "/hold", _item);
        await hold.Saved;
        // The first has its place until its handler ends, which is past the second's limit.
        Assert.AreEqual("busy", (await DryAnswer.AskAsync(pair.Service, HttpMethod.Post, "/items", _item)).Outcome);
        hold.Go();
        await asked;
    }

    private static async Task<JsonElement> AppliedAsync(SamplePair pair, DryAnswer dry, long position)
    {
        var body = new { process = dry.Applied[1], count = long.Parse(dry.Applied[2], System.Globalization.CultureInfo.InvariantCulture), epoch = 1, first = position, last = position };
        using var answer = await pair.Service.Host.Client.PostAsJsonAsync("/_sync/modules/sample/applied", body);
        return await answer.Content.ReadFromJsonAsync<JsonElement>();
    }
}

[TestClass]
public sealed class DryRunTimeOnSqlite() : DryRunTimeTests(TestDatabase.Sqlite);

[TestClass]
public sealed class DryRunTimeOnPostgreSql() : DryRunTimeTests(TestDatabase.PostgreSql);

[TestClass]
public sealed class DryRunTimeOnSqlServer() : DryRunTimeTests(TestDatabase.SqlServer);
