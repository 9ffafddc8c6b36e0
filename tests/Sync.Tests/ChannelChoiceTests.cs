using Microsoft.Extensions.Options;
using Sync.Tests.Sample;
using TestKit.Databases;

namespace Sync.Tests;

/// <summary>What is said of a channel that cannot be.</summary>
[TestClass]
public sealed class ChannelChoiceTests
{
    [TestMethod]
    [DataRow("NServiceBus", false, "-p:NServiceBus=true")]
    [DataRow("Pigeons", false, "It has 'Http'.")]
    [DataRow("http", true, "Sync:Publish needs a channel that publishes")]
    public async Task Channel_ThatTheHostDoesNotHave_IsRefusedAtTheStart(string channel, bool publish, string says)
    {
        var refused = await Assert.ThrowsExactlyAsync<OptionsValidationException>(() => SamplePair.StartAsync(TestDatabase.Sqlite, new() { ["Sync:Channel"] = channel, ["Sync:Publish"] = publish ? "true" : "false" }));
        StringAssert.Contains(refused.Message, says);
    }
}
