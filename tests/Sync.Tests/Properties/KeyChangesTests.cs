using FsCheck;
using FsCheck.Fluent;
using Microsoft.Extensions.DependencyInjection;
using Sync.Capture;
using Sync.Inbox;
using Sync.Tests.Model;
using TestKit;
using TestKit.Databases;

namespace Sync.Tests.Properties;

[TestClass]
public sealed class KeyChangesTests
{
    [TestMethod]
    public async Task Plan_AnyBatch_EachKeyOnceByItsNewest_AndInAnOrderThatCanBeWritten()
    {
        await using var database = await TestDatabase.CreateAsync(TestDatabase.Sqlite);
        await using var services = ModelInstance.Start(database, TimeProvider.System, TimeSpan.FromDays(1));
        var registry = services.GetRequiredService<ModuleRegistry>();
        RandomCases.Check(500, Batches, batch =>
        {
            var decoded = batch.Select(change => MessageDecoder.Decode(registry.Find("sample")!, change.ToMessage())).ToArray();
            var plan = KeyChanges.Plan(registry, decoded, Enumerable.Range(0, batch.Length));

            CollectionAssert.AreEquivalent(batch.Select(static change => change.Key).Distinct().ToArray(), plan.Select(changes => batch[changes.Current].Key).ToArray());
            foreach (var changes in plan) Assert.AreEqual(batch.Where(change => change.Key == batch[changes.Current].Key).Max(static change => change.Version), batch[changes.Current].Version);
            var order = plan.Select(changes => batch[changes.Current]).ToArray();
            for (var index = 0; index < order.Length; index++)
            {
                foreach (var later in order[(index + 1)..]) Assert.IsFalse(MustComeBefore(later, order[index]), $"{later} has to come before {order[index]}");
            }
        });
    }

    private static bool MustComeBefore(Change one, Change other) => (one.Row, other.Row) switch
    {
        (not null, null) => true,
        (null, null) => !one.OfShelf && other.OfShelf,
        ({ }, { Parent: { } parent }) => one.OfShelf && one.Id == parent && one.Key != other.Key,
        _ => false,
    };

    private static readonly Arbitrary<Change[]> Batches = Arb.From(Gen.ArrayOf(
        from ofShelf in Gen.Elements(true, false)
        from id in ofShelf ? Gen.Choose(1, 3) : Gen.Choose(5, 8)
        from epoch in Gen.Choose(1, 3)
        from position in Gen.Choose(0, 20)
        select new Change(ofShelf, id, epoch, position)), static batch => RandomCases.Smaller(batch, static _ => []));
}
