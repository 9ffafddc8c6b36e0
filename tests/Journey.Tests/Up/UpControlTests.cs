using System.Diagnostics;
using System.Text.Json;
using TestKit;

namespace Journey.Tests.Up;

/// <summary>Single processes of a running system: they die, and are stopped, started and restarted by another command.</summary>
[TestClass]
public sealed class UpControlTests
{
    [TestMethod]
    [DataRow("books")]
    [DataRow("proxy")]
    public async Task Up_ProcessDiesWhileRunning_SaysSoGoesOnAndStartsItAgain(string name)
    {
        using var repository = new FakeRepository();
        await using var up = await repository.UpReadyAsync();
        var before = await repository.RunningAsync();
        var port = name == "proxy" ? repository.Public : repository.Service;

        using (var victim = Process.GetProcessById(before[name])) victim.Kill();

        await Eventually.TrueAsync(() => up.Output.Contains($"start {name}", StringComparison.Ordinal), what: "up says how to start it again");
        StringAssert.Contains(up.Output, $"'{name}' ended with exit code 137");
        StringAssert.Contains(up.Output, repository.File($".data/logs/{name}.log"));
        Assert.IsFalse(up.HasExited, up.Output);
        Assert.IsTrue(await FakeRepository.AnswersAsync(repository.Legacy), "The rest goes on.");
        Assert.IsFalse((await repository.RunningAsync()).ContainsKey(name), "What does not run is not listed.");

        var (exitCode, output) = await repository.RunAsync("start", name);

        Assert.AreEqual(0, exitCode, output);
        StringAssert.Contains(output, $"{name}: started");
        Assert.IsTrue(await FakeRepository.AnswersAsync(port));
        Assert.AreNotEqual(before[name], (await repository.RunningAsync())[name]);
        await up.StopAsync();
        Assert.IsFalse(await FakeRepository.AnswersAsync(port), "What was started later is stopped, too.");
    }

    [TestMethod]
    public async Task Stop_OfOneProcess_LeavesTheOthersAndIsNoDeath()
    {
        using var repository = new FakeRepository();
        await using var up = await repository.UpReadyAsync();

        var (exitCode, output) = await repository.RunAsync("stop", "books", "--json");

        Assert.AreEqual(0, exitCode, output);
        Assert.AreEqual("stopped", JsonDocument.Parse(output).RootElement.GetProperty("outcome").GetString());
        Assert.IsFalse(await FakeRepository.AnswersAsync(repository.Service));
        Assert.IsTrue(await FakeRepository.AnswersAsync(repository.Public));
        StringAssert.Contains((await repository.RunAsync("stop", "books")).Output, "was not running");
        Assert.IsFalse(up.Output.Contains("ended with exit code", StringComparison.Ordinal), up.Output);
        await up.StopAsync();
    }

    [TestMethod]
    public async Task Restart_SourcesChanged_BuildsAndServesTheNewOne()
    {
        using var repository = new FakeRepository();
        repository.DescribeSource();
        await using var up = await repository.UpReadyAsync();
        var program = repository.File("books/Program.cs");
        await File.WriteAllTextAsync(program, (await File.ReadAllTextAsync(program)).Replace("app.Run", """
            Microsoft.AspNetCore.Builder.EndpointRouteBuilderExtensions.MapGet(app, "/new", () => "new");
            app.Run
            """, StringComparison.Ordinal));

        var (exitCode, output) = await repository.RunAsync("restart", "books");

        Assert.AreEqual(0, exitCode, output);
        StringAssert.Contains(output, "books: building");
        StringAssert.Contains(output, "books: restarted");
        Assert.IsTrue(await FakeRepository.AnswersAsync(repository.Service, "/new"));

        var old = (await repository.RunningAsync())["books"];
        await File.WriteAllTextAsync(program, "this is no program");
        (exitCode, output) = await repository.RunAsync("restart", "books");
        Assert.AreEqual(1, exitCode, output);
        StringAssert.Contains(output, "Program.cs(1,");
        Assert.AreEqual(old, (await repository.RunningAsync())["books"]);
        Assert.IsTrue(await FakeRepository.AnswersAsync(repository.Service, "/new"), "The old process is left as it was.");
        await up.StopAsync();
    }

    [TestMethod]
    public async Task Restart_FromAnotherProject_StartsThatOne()
    {
        using var repository = new FakeRepository();
        await using var up = await repository.UpReadyAsync();
        Directory.CreateDirectory(repository.File("next"));
        foreach (var file in Directory.EnumerateFiles(Path.GetDirectoryName(FakeRepository.FakeServer)!))
            File.Copy(file, repository.File($"next/{Path.GetFileName(file)}"));

        var (exitCode, output) = await repository.RunFromAsync("next", "restart", "books", "--project", "FakeServer.dll");

        Assert.AreEqual(0, exitCode, output);
        var command = await File.ReadAllTextAsync($"/proc/{(await repository.RunningAsync())["books"]}/cmdline");
        StringAssert.Contains(command, repository.File("next/FakeServer.dll"));
        await up.StopAsync();
    }

    [TestMethod]
    [DataRow(2, "There is no process 'nobody' here. The processes are legacy, books, proxy.", "stop", "nobody")]
    [DataRow(2, "There is no project at ", "restart", "books", "--project", "nowhere")]
    [DataRow(1, "'strangler up' does not run on ", "restart", "books", "--data", "elsewhere")]
    public async Task Command_CannotBeDone_SaysWhy(int expected, string said, params string[] arguments)
    {
        using var repository = new FakeRepository();
        await using var up = await repository.UpReadyAsync();
        var (exitCode, output) = await repository.RunAsync(arguments);
        Assert.AreEqual(expected, exitCode, output);
        StringAssert.Contains(output, said);
        await up.StopAsync();
    }
}
