using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Strangler.Decision;
using Strangler.Stages;

namespace Strangler.Tests.Decision;

[TestClass]
public sealed class OwnWritesTests
{
    [TestMethod]
    public async Task Remember_AnswersArriveAtOnce_KeepsEveryPosition()
    {
        const int Modules = 200;
        var wait = new NotYet();
        using var writes = new OwnWrites(Signer(), wait);
        Parallel.For(0, Modules, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i => writes.Remember(Request("client"), [$"module-{i};1;5"]));
        for (var i = 0; i < Modules; i++) Assert.IsFalse(await writes.MayReadCopyAsync(Request("client"), $"module-{i}", TimeSpan.Zero), $"module-{i}");
        Assert.HasCount(Modules, wait.Asked);
    }

    [TestMethod]
    public async Task Remember_AnswersOutOfOrder_KeepsTheLatestAndSendsItInTheCookie()
    {
        var wait = new NotYet();
        using var writes = new OwnWrites(Signer(), wait);
        writes.Remember(Request("client", "session=1"), ["catalog;2;7", "orders;1;1"]);
        var late = Request("client", "session=1");
        writes.Remember(late, ["catalog;2;6"]);
        await writes.MayReadCopyAsync(Request("client"), "catalog", TimeSpan.Zero);
        Assert.AreEqual(("catalog", 2, 7), wait.Asked.Single());
        var cookie = late.Response.Headers.SetCookie.ToString();
        StringAssert.Contains(cookie, "catalog_2_7");
        StringAssert.Contains(cookie, "orders_1_1");
    }

    [TestMethod]
    public async Task Remember_MoreClientsThanFit_KeepsTheNewest()
    {
        using var writes = new OwnWrites(Signer(), new NotYet(), mostClients: 20);
        for (var i = 0; i < 50; i++)
        {
            writes.Remember(Request($"client-{i}"), ["catalog;1;5"]);
            Assert.IsFalse(await writes.MayReadCopyAsync(Request($"client-{i}"), "catalog", TimeSpan.Zero), $"client-{i}");
        }
    }

    [TestMethod]
    public async Task Read_WithoutCookiesOfAClientUnknownHere_NeedsACopyThatHoldsEverything()
    {
        var wait = new NotYet();
        using var writes = new OwnWrites(Signer(), wait);
        Assert.IsTrue(await writes.MayReadCopyAsync(Request("program"), "catalog", TimeSpan.Zero));
        Assert.IsFalse(await writes.MayReadCopyAsync(Request("program"), "catalog", TimeSpan.Zero, everywhere: true), "it may have written through another proxy");
        Assert.IsTrue(await writes.MayReadCopyAsync(Request("browser", "session=1"), "catalog", TimeSpan.Zero, everywhere: true), "it would carry what it has written");
        wait.Progress = new CopyProgress(7, true);
        Assert.IsTrue(await writes.MayReadCopyAsync(Request("program"), "catalog", TimeSpan.Zero, everywhere: true));
        Assert.AreEqual(2, wait.Looks);
    }

    [TestMethod]
    public async Task NextLook_AskedWhileOneRuns_AnswersWithTheOneAfterIt()
    {
        var looks = new List<TaskCompletionSource<CopyProgress?>>();
        var next = new NextLook(() =>
        {
            var look = new TaskCompletionSource<CopyProgress?>(TaskCreationOptions.RunContinuationsAsynchronously);
            lock (looks) looks.Add(look);
            return look.Task;
        });
        var first = next.AskAsync();
        Task<CopyProgress?>[] later = [next.AskAsync(), next.AskAsync()];
        looks[0].SetResult(new CopyProgress(1, true));
        Assert.AreEqual(1, (await first)!.Position);
        await TestKit.Eventually.TrueAsync(() =>
        {
            lock (looks) return looks.Count == 2;
        });
        looks[1].SetResult(new CopyProgress(2, true));
        foreach (var asked in later) Assert.AreEqual(2, (await asked)!.Position, "what was written meanwhile is in this look only");
    }

    private static CookieSigner Signer() => new(Options.Create(new StranglerOptions { Plan = "plan.json" }));

    private static DefaultHttpContext Request(string client, string? cookie = null)
    {
        var context = new DefaultHttpContext();
        context.Connection.RemoteIpAddress = IPAddress.Loopback;
        context.Request.Headers.UserAgent = client;
        if (cookie is not null) context.Request.Headers.Cookie = cookie;
        return context;
    }

    private sealed class NotYet : IPositionWait
    {
        public ConcurrentQueue<(string, long, long)> Asked { get; } = new();

        public Task<bool> ReachedAsync(string module, long epoch, long position, TimeSpan budget, CancellationToken cancellation)
        {
            Asked.Enqueue((module, epoch, position));
            return Task.FromResult(false);
        }

        public CopyProgress? Progress { get; set; }

        public int Looks { get; private set; }

        public Task<CopyProgress?> CaughtUpAsync(string module, TimeSpan budget, CancellationToken cancellation)
        {
            Looks++;
            return Task.FromResult(Progress);
        }
    }
}
