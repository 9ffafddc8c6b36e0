using Strangler.Mirroring.Comparison;

namespace Strangler.Tests.Mirroring.Comparison;

[TestClass]
public sealed class AlignmentTests
{
    [TestMethod]
    [DataRow("abc", "abc", "")]
    [DataRow("abcd", "abd", "c-")]
    [DataRow("abd", "abcd", "-c")]
    [DataRow("abcd", "bcde", "a- -e")]
    [DataRow("abcde", "axcye", "bx dy")]
    [DataRow("abc", "cba", null)]
    [DataRow("", "ab", "-a -b")]
    public void Lists_LaidBesideEachOther_PairWhatIsApart(string left, string right, string? expected)
    {
        var pairs = Alignment.Of(left.Length, right.Length, (i, j) => left[i] == right[j]);
        Assert.AreEqual(expected, pairs is null ? null : string.Join(' ', pairs.Select(p => $"{(p.Left < 0 ? '-' : left[p.Left])}{(p.Right < 0 ? '-' : right[p.Right])}")));
    }
}
