using Microsoft.Extensions.Options;
using Sync.Tests.Sample;
using TestKit.Databases;

namespace Sync.Tests;

/// <summary>The switches that take a safeguard away do nothing by accident.</summary>
[TestClass]
public sealed class BreakTests
{
    [TestMethod]
    [DataRow("Fence", "true")]
    [DataRow("Epoch", "true")]
    [DataRow("Acknowledgement", "true")]
    [DataRow("ClockOffset", "00:05:00")]
    public async Task Start_SafeguardIsTakenAwayAndNobodySaysThatThisIsATest_IsRefused(string safeguard, string value)
    {
        var error = await Assert.ThrowsExactlyAsync<OptionsValidationException>(() => SamplePair.StartAsync(TestDatabase.Sqlite, new() { [$"Sync:Break:{safeguard}"] = value }));
        StringAssert.Contains(error.Message, "Sync:Break:Allowed");
    }

    [TestMethod]
    public async Task Start_SafeguardIsTakenAwayInATest_IsGone()
    {
        await using var pair = await SamplePair.StartSyncedAsync(TestDatabase.Sqlite, new() { ["Sync:Break:Fence"] = "true", ["Sync:Break:Allowed"] = "true" });
        await pair.Legacy.DoAsync("fence", new { epoch = 1 });
        await pair.Legacy.AddAsync(new Item { Code = "behind the fence", ShelfId = 1 });
    }
}
