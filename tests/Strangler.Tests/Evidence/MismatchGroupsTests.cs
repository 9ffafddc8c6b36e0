using System.Globalization;
using Strangler.Evidence;
using Strangler.Mirroring.Comparison;

namespace Strangler.Tests.Evidence;

[TestClass]
public sealed class MismatchGroupsTests
{
    [TestMethod]
    public void Mismatches_AtTheSamePlace_AreOneGroupWithItsTimesAndTheLatestExample()
    {
        var ledger = new EvidenceLedger(TimeProvider.System);
        ledger.Keep(Of("e", 1, "$.items[3].price", "$.items[*].price"));
        ledger.Keep(Of("e", 3, "$.items[5].price", "$.items[*].price", DifferenceKind.Value, "$.name"));
        ledger.Keep(Of("e", 2, "$.items[1].price", "$.items[*].price", DifferenceKind.Type));
        var groups = ledger.GroupsOf("e");
        Assert.AreEqual("2 Value $.items[*].price, 1 Type $.items[*].price, 1 Value $.name", string.Join(", ", groups.OrderByDescending(static g => g.Count).ThenBy(static g => g.Pattern).Select(static g => $"{g.Count} {g.Kind} {g.Pattern}")));
        var first = groups[0];
        Assert.AreEqual((At(1), At(3), "$.items[5].price"), (first.Since, first.Last, first.Example.Path));
        Assert.AreEqual(first.Id, Again(ledger, "$.items[9].price").Id, "The id can be noted down and used later.");
        Assert.HasCount(3, ledger.MismatchesOf("e"));
    }

    [TestMethod]
    public void Groups_PastTheRoom_MakeRoomForNewOnes()
    {
        var ledger = new EvidenceLedger(TimeProvider.System);
        for (var i = 0; i < 200; i++) ledger.Keep(Of("e", i, $"$.m{i}", $"$.m{i}"));
        Assert.HasCount(50, ledger.GroupsOf("e"));
        Assert.IsTrue(ledger.GroupsOf("e").Any(static g => g.Pattern == "$.m199"));
        for (var i = 0; i < 2000; i++) ledger.Keep(Of($"e{i}", i, "$.m", "$.m"));
        Assert.AreEqual(950, Enumerable.Range(0, 2000).Sum(i => ledger.GroupsOf($"e{i}").Count));
        ledger.Reset(Enumerable.Range(0, 950).Select(static i => $"e{i}"));
        ledger.Keep(Of("late", 1, "$.m", "$.m"));
        Assert.HasCount(1, ledger.GroupsOf("late"));
    }

    private static MismatchGroup Again(EvidenceLedger ledger, string path)
    {
        ledger.Keep(Of("e", 4, path, "$.items[*].price"));
        return ledger.GroupsOf("e")[0];
    }

    private static DateTimeOffset At(int second) => DateTimeOffset.UnixEpoch.AddSeconds(second);

    private static Mismatch Of(string endpoint, int second, string path, string pattern, DifferenceKind kind = DifferenceKind.Value, string? other = null) => new(
        endpoint, At(second), "GET", string.Create(CultureInfo.InvariantCulture, $"/{second}"), 200, 200, "", "", path)
    {
        Differences = [new Difference(path, pattern, kind, "1", "2"), .. other is null ? Array.Empty<Difference>() : [new Difference(other, other, kind, "1", "2")]],
    };
}
