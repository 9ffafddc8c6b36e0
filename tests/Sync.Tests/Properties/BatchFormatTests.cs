using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Sync.Delivery;
using TestKit;

namespace Sync.Tests.Properties;

[TestClass]
public sealed class BatchFormatTests
{
    private static readonly Gen<string> Texts =
        from parts in Gen.ArrayOf(Gen.Elements("a", "\"", "\\", "\n", "\0", "é", "😀", "<", " ", "]", "}", "Key"))
        select string.Concat(parts);

    private static readonly Gen<SyncMessage> Messages =
        from entity in Texts
        from key in Texts
        from type in Texts
        from epoch in Gen.Elements(0, 1, long.MaxValue)
        from position in Gen.Elements(0, 7, long.MaxValue)
        from trace in Gen.OrNull(Texts)
        from value in Texts
        from payload in Gen.Elements("{}", "[1,[2]]", "null", "-1.5e3", JsonSerializer.Serialize(new { value, deep = new[] { value } }))
        select new SyncMessage("m", entity, key, type, epoch, position, trace, Encoding.UTF8.GetBytes(payload));

    [TestMethod]
    public void Batch_Any_ComesBackAsItWas() => RandomCases.Check(500, Arb.From(Gen.ArrayOf(Messages), static messages => RandomCases.Smaller(messages, static _ => [])), static messages =>
    {
        var batch = new SyncBatch("m", "legacy", messages, messages.Length % 2 == 0 ? new SyncRange("e", null, "9") : null, messages.Length % 3 == 0);
        var read = BatchFormat.Read(BatchFormat.Write(batch));
        Assert.AreEqual((batch.Module, batch.From, batch.Range, batch.Vacate), (read.Module, read.From, read.Range, read.Vacate));
        CollectionAssert.AreEqual(messages.Select(Describe).ToArray(), read.Messages.Select(Describe).ToArray());
    });

    private static (SyncMessage, string) Describe(SyncMessage message) => (message with { Payload = default }, Encoding.UTF8.GetString(message.Payload.Span));

    [TestMethod]
    public void Reply_Any_ComesBackAsItWas() => RandomCases.Check(500, Arb.From(Gen.ArrayOf(
        from outcome in Gen.Elements(Enum.GetValues<SyncOutcome>()) from reason in Gen.OrNull(Texts) from unknown in Gen.Elements(true, false) select new SyncResult(outcome, reason, unknown))), static results =>
    {
        var read = BatchFormat.ReadReply(BatchFormat.Write(new SyncReply(results, ["x"])), results.Length);
        CollectionAssert.AreEqual(results, read.Results.ToArray());
        Assert.AreEqual("x", read.Extra.Single());
    });
}
