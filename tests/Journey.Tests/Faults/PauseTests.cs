using TestKit.Processes;

namespace Journey.Tests.Faults;

[TestClass]
public sealed class PauseTests
{
    [TestMethod]
    public async Task Pause_Returns_NoThreadRunsAnyMore()
    {
        await using var process = await TestProcess.StartAsync(new TestProcessStart("tests/FakeServer"));
        for (var i = 0; i < 5; i++)
        {
            process.Pause();
            var states = Directory.GetDirectories($"/proc/{process.Id}/task").Select(static thread => File.ReadLines(Path.Combine(thread, "status")).Single(static line => line.StartsWith("State:", StringComparison.Ordinal))).ToList();
            Assert.IsTrue(states.All(static state => state.Contains("stopped", StringComparison.Ordinal)), string.Join(", ", states.Distinct()));
            process.Resume();
        }
    }
}
