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
        await using var body = new ReplayableBody(new MemoryStream(sent), 2_000_000, directory);
        CollectionAssert.AreEqual(sent, await ReadAsync(body));
        Assert.AreEqual(room, body.CanReplay);
        if (!room) return;
        body.Rewind();
        CollectionAssert.AreEqual(sent, await ReadAsync(body));
    }

    private static async Task<byte[]> ReadAsync(Stream body)
    {
        var read = new MemoryStream();
        await body.CopyToAsync(read);
        return read.ToArray();
    }
}
