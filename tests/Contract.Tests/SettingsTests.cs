using TestKit;
using TestKit.Processes;

namespace Contract.Tests;

[TestClass]
public sealed class SettingsTests
{
    [TestMethod]
    [DataRow("legacy/Legacy.Host")]
    [DataRow("extracted/Catalog.Service")]
    public async Task Settings_ThatCannotBe_EndTheStartWithTheirReason(string project)
    {
        using var directory = new TemporaryDirectory();
        await using var process = await TestProcess.StartAsync(new TestProcessStart(project)
        {
            Health = null,
            Environment = new Dictionary<string, string> { ["Database__ConnectionString"] = $"Data Source={directory.File("shop.db")}", ["Sync__Side"] = "middle" },
        });
        Assert.AreEqual(1, await process.WaitForExitAsync(), process.Output);
        StringAssert.StartsWith(process.Output, "error: ");
        StringAssert.Contains(process.Output, "Sync:Side must be 'legacy' or 'service'.");
    }
}
