using Strangler.Forwarding;

namespace Strangler.Tests.Forwarding;

[TestClass]
public sealed class ReplayableBodyTests
{
    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task Body_PastWhatMemoryHolds_StreamsOnWhetherOrNotItCanBeKept(bool room)
    {
        var sent = new byte[1_000_000];
        new Random(1).NextBytes(sent);
        var directory = room ? null : Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        await using var body = new ReplayableBody(new MemoryStream(sent), 2_000_000, new ByteBudget(static () => 2_000_000), directory);
        CollectionAssert.AreEqual(sent, await ReadAsync(body));
        Assert.AreEqual(room, body.CanReplay);
        if (!room) return;
        body.Rewind();
        CollectionAssert.AreEqual(sent, await ReadAsync(body));
    }

    [TestMethod]
    public async Task Bodies_PastTheBudgetOfAll_StreamOnAndAreNotKept()
    {
        var budget = new ByteBudget(static () => 1_500_000);
        var sent = new byte[1_000_000];
        await using (var first = new ReplayableBody(new MemoryStream(sent), 2_000_000, budget))
        await using (var second = new ReplayableBody(new MemoryStream(sent), 2_000_000, budget))
        {
            Assert.HasCount(sent.Length, await ReadAsync(first));
            Assert.HasCount(sent.Length, await ReadAsync(second));
            Assert.AreEqual((true, false), (first.CanReplay, second.CanReplay));
            Assert.AreEqual(1_000_000, budget.Taken);
        }

        Assert.AreEqual(0, budget.Taken);
    }

    private static async Task<byte[]> ReadAsync(Stream body)
    {
        var read = new MemoryStream();
        await body.CopyToAsync(read);
        return read.ToArray();
    }
}
