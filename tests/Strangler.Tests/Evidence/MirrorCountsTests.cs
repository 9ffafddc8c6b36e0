using Strangler.Evidence;

namespace Strangler.Tests.Evidence;

[TestClass]
public sealed class MirrorCountsTests
{
    [TestMethod]
    public async Task Classes_WhileManyAreCounted_AddUpAtEveryInstant()
    {
        const int Writers = 4, Each = 20_000;
        var ledger = new EvidenceLedger(TimeProvider.System);
        var classes = Enum.GetValues<ComparisonClass>();
        var counting = Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(() =>
        {
            var waiting = new Queue<MirroredRequest>();
            for (var i = 0; i < Each; i++)
            {
                if (i % 10 == 0) ledger.Count("e", ComparisonClass.Shed);
                else waiting.Enqueue(ledger.TakeIn("e"));
                if (waiting.Count > 5) waiting.Dequeue().End(classes[(i + writer) % classes.Length]);
            }

            while (waiting.TryDequeue(out var last)) last.End(ComparisonClass.Match);
        })));
        var looks = 0;
        var before = 0L;
        do
        {
            var seen = ledger.Of("e");
            Assert.AreEqual(seen.TakenIn, seen.Compared + seen.Waiting);
            Assert.IsGreaterThanOrEqualTo(before, seen.TakenIn);
            before = seen.TakenIn;
            looks++;
        }
        while (!counting.IsCompleted);
        await counting;
        Assert.IsGreaterThan(1, looks);
        var after = ledger.Of("e");
        Assert.AreEqual((Writers * Each, 0, Writers * Each), (after.TakenIn, after.Waiting, after.Compared));
    }

    [TestMethod]
    public void Request_EndedTwice_IsRefused()
    {
        var request = new EvidenceLedger(TimeProvider.System).TakeIn("e");
        request.End(ComparisonClass.Match);
        Assert.ThrowsExactly<InvalidOperationException>(() => request.End(ComparisonClass.Match));
    }

    [TestMethod]
    public void Request_TakenInBeforeTheCountBeganAnew_IsNoPartOfIt()
    {
        var ledger = new EvidenceLedger(TimeProvider.System);
        var request = ledger.TakeIn("e");
        ledger.Restart(["e"]);
        request.End(ComparisonClass.Mismatch);
        Assert.AreEqual((0L, 0L, 0L), (ledger.Of("e").TakenIn, ledger.Of("e").Waiting, ledger.Of("e").Compared));
    }
}
