using FsCheck.Fluent;
using Sync.Reconcile;
using TestKit;

namespace Sync.Tests.Properties;

[TestClass]
public sealed class RowHashTests
{
    [TestMethod]
    public void Hash_RowDiffersInOneBitOrByItsLength_Differs() => RandomCases.Check(2_000, Arb.From(
        from length in Gen.Choose(1, 40) from row in Gen.ArrayOf(Gen.Choose(0, 255), length) from bit in Gen.Choose(0, (length * 8) - 1) select (row, bit)), static sample =>
    {
        byte[] row = [.. sample.row.Select(static value => (byte)value)];
        var hash = RowHash.Of(row);
        Assert.AreEqual(hash, RowHash.Of([.. row]));
        Assert.AreNotEqual(hash, RowHash.Of([.. row, 0]), "One zero more");
        row[sample.bit / 8] ^= (byte)(1 << (sample.bit % 8));
        Assert.AreNotEqual(hash, RowHash.Of(row));
    });
}
