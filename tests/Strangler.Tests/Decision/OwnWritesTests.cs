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

        public Task<CopyProgress?> CaughtUpAsync(string module, TimeSpan budget, CancellationToken cancellation) => Task.FromResult<CopyProgress?>(null);
    }
}
