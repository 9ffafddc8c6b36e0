using System.IO.Compression;
using System.Text;
using Strangler.Evidence;
using Strangler.Mirroring;
using Strangler.Mirroring.Comparison;
using Strangler.Plan;
using static Strangler.Tests.Mirroring.Comparison.Answers;

namespace Strangler.Tests.Mirroring.Comparison;

[TestClass]
public sealed class BodyTests
{
    [TestMethod]
    [DataRow("gzip", "br")]
    [DataRow("deflate", null)]
    [DataRow("gzip, br", "")]
    public void Bodies_PackedDifferently_AreComparedUnpacked(string encoding, string? other)
    {
        IsAlike(AnswerComparer.Compare(Packed(encoding, """{"a":[1]}"""), Packed(other, """{ "a": [1] }"""), CompareRules.Exact));
        Differs(AnswerComparer.Compare(Packed(encoding, """{"a":[1]}"""), Packed(other, """{ "a": [2] }"""), CompareRules.Exact), "Value $.a[0]");
    }

    [TestMethod]
    public void Body_PackedFromFarMore_IsTooLarge()
    {
        var bomb = new MemoryStream();
        using (var gzip = new GZipStream(bomb, CompressionLevel.Fastest, leaveOpen: true))
        {
            for (var i = 0; i < 64; i++) gzip.Write(new byte[1024 * 1024]);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        var found = AnswerComparer.Compare(Of(200, "text/plain", bomb.ToArray(), ("Content-Encoding", "gzip")), Of("text/plain", "x"), CompareRules.Exact);
        Assert.AreEqual(ComparisonClass.TooLarge, found.Class);
        Assert.IsLessThan(16 * 1024 * 1024, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [TestMethod]
    public void Body_ThatCannotBeUnpacked_IsComparedAsItCame()
    {
        var broken = Of(200, "text/plain", "no gzip"u8.ToArray(), ("Content-Encoding", "gzip"));
        var found = AnswerComparer.Compare(broken, Packed("gzip", "text", "text/plain"), CompareRules.Exact);
        Differs(found, "Value body");
        Assert.HasCount(1, found.Notes);
    }

    [TestMethod]
    [DataRow("a\nb\nc", "a\nb\nd", "Value line 3")]
    [DataRow("a\nb\nc", "a\nc", "Missing line 2")]
    [DataRow("a\nb\nc", "a\nc\nb", "Order lines")]
    [DataRow("a", "b", "Value body")]
    [DataRow("a\nb", "a\r\nb", "Value line 1")]
    public void Text_Different_TheLineIsNamed(string legacy, string service, string expected) =>
        Differs(AnswerComparer.Compare(Of("text/plain", legacy), Of("text/plain", service), CompareRules.Exact), expected);

    [TestMethod]
    public void Bytes_AreComparedByHashAndLength()
    {
        var found = AnswerComparer.Compare(Of(200, "image/png", [1, 2]), Of(200, "image/png", [1, 3]), CompareRules.Exact);
        Differs(found, "Value body");
        StringAssert.StartsWith(found.Differences[0].Legacy, "(2 bytes, SHA-256 a12871fee210fb86");
        IsAlike(AnswerComparer.Compare(Of(200, "image/png", [1, 2]), Of(200, "image/png", [1, 2]), CompareRules.Exact));
        Differs(AnswerComparer.Compare(Of(200, "image/png", [1, 2]), Of(200, "image/png", []), CompareRules.Exact), "Missing body");
    }

    [TestMethod]
    public void Text_WithWrongBytes_StaysDifferent()
    {
        Differs(AnswerComparer.Compare(Of(200, "text/plain", [0xE9]), Of(200, "text/plain", [0xE8]), CompareRules.Exact), "Value body");
        Differs(AnswerComparer.Compare(Of(200, "text/plain", [0xE9]), Of("text/plain", "é"), CompareRules.Exact), "Value body");
        Differs(AnswerComparer.Compare(Of(200, null, [0xE9]), Of(200, null, [0xE8]), CompareRules.Exact), "Value body");
        IsAlike(AnswerComparer.Compare(Of(200, "text/plain; charset=windows-1252", [0x80]), Of(200, "text/plain; charset=windows-1252", [0x80], ("Content-Encoding", "identity")), CompareRules.Exact));
    }

    private static MirrorAnswer Packed(string? encoding, string text, string type = "application/json")
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        foreach (var one in (encoding ?? "").Split(", ", StringSplitOptions.RemoveEmptyEntries))
        {
            var packed = new MemoryStream();
            using (Stream stream = one == "gzip" ? new GZipStream(packed, CompressionLevel.Fastest) : one == "br" ? new BrotliStream(packed, CompressionLevel.Fastest) : new ZLibStream(packed, CompressionLevel.Fastest))
                stream.Write(bytes);
            bytes = packed.ToArray();
        }

        return string.IsNullOrEmpty(encoding) ? Of(200, type, bytes) : Of(200, type, bytes, ("Content-Encoding", encoding));
    }
}
