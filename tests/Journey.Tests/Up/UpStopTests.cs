using TestKit.Processes;

namespace Journey.Tests.Up;

[TestClass]
public sealed class UpStopTests
{
    [TestMethod]
    [DataRow(ProcessSignal.Interrupt)]
    [DataRow(ProcessSignal.Terminate)]
    public async Task Up_Interrupted_StopsAllInOrderAndExitsWithZero(ProcessSignal signal)
    {
        using var repository = new FakeRepository();
        await using var up = await repository.UpReadyAsync();
        var running = await repository.RunningAsync();

        up.Send(signal);

        Assert.AreEqual(0, await up.WaitForExitAsync(), up.Output);
        Assert.IsTrue(running.Values.All(static pid => !IsRunning(pid)), up.Output);
        var record = await File.ReadAllLinesAsync(repository.Record);
        CollectionAssert.AreEqual(
            new[] { $"ended {running["proxy"]}", $"ended {running["legacy"]}" },
            record.Where(static l => l.StartsWith("ended", StringComparison.Ordinal)).ToArray(),
            "Each ends in its own time, the proxy first.");
        Assert.IsFalse(File.Exists(repository.File(".data/up.json")));
    }

    [TestMethod]
    public async Task Up_ChildDoesNotEnd_IsKilledAfterTheLimit()
    {
        using var repository = new FakeRepository();
        repository.Describe(("Fake__Stubborn", "yes"));
        await using var up = await repository.UpReadyAsync();
        var running = await repository.RunningAsync();
        up.Send(ProcessSignal.Terminate);
        Assert.AreEqual(0, await up.WaitForExitAsync(), up.Output);
        Assert.IsTrue(running.Values.All(static pid => !IsRunning(pid)));
    }

    [TestMethod]
    public async Task Up_ChildDiesDuringStart_ShowsItsLastLinesAndStopsTheRest()
    {
        using var repository = new FakeRepository();
        repository.Describe(("Fake__Die", "the schema is newer than this program; start the newer one"));

        var (exitCode, output) = await repository.UpRefusedAsync();

        Assert.AreEqual(1, exitCode, output);
        StringAssert.Contains(output, "'books' ended with exit code 3");
        StringAssert.Contains(output, "  the schema is newer than this program; start the newer one");
        StringAssert.Contains(output, repository.File(".data/logs/books.log"));
        Assert.IsFalse(await FakeRepository.AnswersAsync(repository.Legacy));
        Assert.IsFalse(await FakeRepository.AnswersAsync(repository.Public));
    }

    [TestMethod]
    public async Task Up_KilledBefore_StopsItsOrphansAndStarts()
    {
        using var repository = new FakeRepository();
        Dictionary<string, int> orphans;
        await using (var first = await repository.UpReadyAsync())
        {
            orphans = await repository.RunningAsync();
            await first.KillAsync();
        }

        Assert.IsTrue(orphans.Values.All(IsRunning), "A killed parent leaves its children: that is the case to fix.");
        await using var up = await repository.UpReadyAsync();
        StringAssert.Contains(up.Output, "stopped what an earlier run had left");
        Assert.IsTrue(orphans.Values.All(static pid => !IsRunning(pid)));
        await up.StopAsync();
    }

    [TestMethod]
    public async Task Up_RecordNamesAnotherProcess_LeavesItAlone()
    {
        using var repository = new FakeRepository();
        await using var stranger = await TestProcess.StartAsync(new TestProcessStart("tests/FakeServer"));
        Directory.CreateDirectory(repository.File(".data"));
        await File.WriteAllTextAsync(
            repository.File(".data/up.json"),
            $$"""{ "pid": 1, "publicUrl": "", "adminUrl": "", "keyFile": "", "processes": [ { "name": "legacy", "pid": {{stranger.Id}}, "started": "another boot/1", "url": "" } ] }""");

        await using var up = await repository.UpReadyAsync();

        Assert.IsFalse(stranger.HasExited);
        await up.StopAsync();
    }

    [TestMethod]
    public async Task Up_AnotherRunsOnTheSameData_SaysSo()
    {
        using var repository = new FakeRepository();
        await using var first = await repository.UpReadyAsync();
        var (exitCode, output) = await repository.UpRefusedAsync();
        Assert.AreEqual(1, exitCode, output);
        StringAssert.Contains(output, $"Another 'strangler up' is running on {repository.File(".data")} (process {first.Id}");
        Assert.IsTrue(await FakeRepository.AnswersAsync(repository.Legacy), "The first one goes on.");
        await first.StopAsync();
    }

    private static bool IsRunning(int pid)
    {
        // An orphan that has ended may wait for ever to be collected where the first process of a container collects nobody.
        var stat = $"/proc/{pid}/stat";
        if (OperatingSystem.IsLinux()) return File.Exists(stat) && File.ReadAllText(stat) is var text && text[text.LastIndexOf(')') + 2] != 'Z';
        return System.Diagnostics.Process.GetProcesses().Any(p => p.Id == pid);
    }
}
