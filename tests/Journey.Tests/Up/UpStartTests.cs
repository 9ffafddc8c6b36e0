using System.Net.Sockets;
using System.Text.Json;
using TestKit;
using TestKit.Processes;

namespace Journey.Tests.Up;

[TestClass]
public sealed class UpStartTests
{
    [TestMethod]
    public async Task Up_EverythingFree_StartsAllAndSaysWhere()
    {
        using var repository = new FakeRepository();
        await using var up = await repository.UpReadyAsync();

        StringAssert.Contains(up.Output, repository.Public.Url);
        StringAssert.Contains(up.Output, repository.Admin.Url);
        StringAssert.Contains(up.Output, repository.File(".data/admin.key"));
        Assert.IsTrue(await FakeRepository.AnswersAsync(repository.Legacy));
        Assert.IsTrue(await FakeRepository.AnswersAsync(repository.Service));
        Assert.IsTrue(await FakeRepository.AnswersAsync(repository.Public));
        CollectionAssert.AreEquivalent(new[] { "legacy", "books", "proxy" }, (await repository.RunningAsync()).Keys);
        await up.StopAsync();
    }

    [TestMethod]
    public async Task Up_ProjectNeverBuilt_IsBuiltAndStartedAndNotBuiltAgain()
    {
        using var repository = new FakeRepository();
        repository.DescribeSource();
        await using (var up = await repository.UpReadyAsync())
        {
            Assert.IsTrue(await FakeRepository.AnswersAsync(repository.Service), up.Output);
            await up.StopAsync();
        }

        await using (var up = await repository.UpReadyAsync())
        {
            StringAssert.Contains(up.Output, "nothing has changed");
            await up.StopAsync();
        }
    }

    [TestMethod]
    public async Task Up_Placeholders_AreFilled()
    {
        using var repository = new FakeRepository();
        await using var up = await repository.UpReadyAsync();
        using var client = new HttpClient();
        Assert.AreEqual(
            $"{repository.File(".data")}|{repository.Service.Url}|{repository.Legacy.Number}",
            await client.GetStringAsync(new Uri(repository.Legacy.Url + "/environment/Seen")));
        await up.StopAsync();
    }

    [TestMethod]
    public async Task Up_Keys_AreMadeOnceAndPrivate()
    {
        using var repository = new FakeRepository();
        await using (var up = await repository.UpReadyAsync()) await up.StopAsync();
        var key = await File.ReadAllTextAsync(repository.File(".data/admin.key"));
        await using (var up = await repository.UpReadyAsync()) await up.StopAsync();

        Assert.AreEqual(key, await File.ReadAllTextAsync(repository.File(".data/admin.key")));
        Assert.AreNotEqual(key, await File.ReadAllTextAsync(repository.File(".data/sync.key")));
        if (!OperatingSystem.IsWindows())
            Assert.AreEqual(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(repository.File(".data/admin.key")));
    }

    [TestMethod]
    public async Task Up_SecretPlaceholder_IsMadeOnceAndPrivate()
    {
        using var repository = new FakeRepository();
        var first = await SecretAsync(repository);
        var file = repository.File(".data/books-api.key");

        Assert.AreEqual(first, await SecretAsync(repository));
        Assert.AreEqual(first, await File.ReadAllTextAsync(file));
        Assert.HasCount(64, first);
        if (!OperatingSystem.IsWindows()) Assert.AreEqual(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
    }

    private static async Task<string> SecretAsync(FakeRepository repository)
    {
        await using var up = await repository.UpReadyAsync();
        using var client = new HttpClient();
        var secret = await client.GetStringAsync(new Uri(repository.Legacy.Url + "/environment/Secret"));
        await up.StopAsync();
        return secret;
    }

    [TestMethod]
    public async Task Up_Json_PrintsOneDocumentAndRunsOn()
    {
        using var repository = new FakeRepository();
        await using var up = await repository.UpAsync("--json");
        await Eventually.TrueAsync(() => up.StandardOutput.TrimEnd().EndsWith('}'), what: "the document is printed");
        var document = JsonDocument.Parse(up.StandardOutput).RootElement;
        Assert.AreEqual(repository.Public.Url, document.GetProperty("publicUrl").GetString());
        Assert.AreEqual(3, document.GetProperty("processes").GetArrayLength());
        Assert.IsFalse(up.HasExited);
        await up.StopAsync();
        JsonDocument.Parse(up.StandardOutput).Dispose();
    }

    [TestMethod]
    [DataRow("--port")]
    [DataRow("--admin-port")]
    [DataRow("legacy")]
    public async Task Up_PortInUse_NamesPortHolderAndMend(string which)
    {
        using var repository = new FakeRepository();
        var port = which switch { "--port" => repository.Public, "--admin-port" => repository.Admin, _ => repository.Legacy };
        using var holder = new TcpListener(System.Net.IPAddress.Loopback, port.Number);
        holder.Start();

        var (exitCode, output) = await repository.UpRefusedAsync();

        Assert.AreEqual(1, exitCode, output);
        StringAssert.Contains(output, $"Port {port.Number} for ");
        StringAssert.Contains(output, which == "legacy" ? repository.File(".strangler/up.json") : $"choose another with {which}");
        if (OperatingSystem.IsLinux()) StringAssert.Contains(output, $"process {Environment.ProcessId} (");
        Assert.IsFalse(await FakeRepository.AnswersAsync(repository.Service), "Nothing may have been started.");
    }

    [TestMethod]
    public async Task Up_DataDirectoryIsAFile_SaysSoAndLeavesItAlone()
    {
        using var repository = new FakeRepository();
        await File.WriteAllTextAsync(repository.File("taken"), "mine");
        var (exitCode, output) = await repository.UpRefusedAsync("--data", "taken");
        Assert.AreEqual(1, exitCode, output);
        StringAssert.Contains(output, $"The data directory {repository.File("taken")} cannot be written");
        StringAssert.Contains(output, "--data");
        Assert.AreEqual("mine", await File.ReadAllTextAsync(repository.File("taken")));
    }

    [TestMethod]
    public async Task Up_WrongFile_ListsEveryProblem()
    {
        using var repository = new FakeRepository();
        await File.WriteAllTextAsync(
            repository.File(".strangler/up.json"),
            """{ "processes": [ { "name": "A b", "project": "nowhere", "port": 5100 }, { "name": "proxy", "project": ".", "port": 0, "health": "up" } ] }""");
        var (exitCode, output) = await repository.UpRefusedAsync();
        Assert.AreEqual(1, exitCode, output);
        foreach (var where in new[] { "processes[0].name", "processes[0].project", "processes[1].name", "processes[1].port", "processes[1].health" })
            StringAssert.Contains(output, where);
    }

    [TestMethod]
    public async Task Up_WrongPlan_ListsEveryErrorAndStartsNothing()
    {
        using var repository = new FakeRepository();
        await File.WriteAllTextAsync(
            repository.File(".strangler/plan.json"),
            """{ "legacy": { "adress": "http://127.0.0.1:1" }, "modules": { "books": { "service": { "addresses": ["nowhere"] }, "data": "none", "endpoints": [] } } }""");
        var (exitCode, output) = await repository.UpRefusedAsync();
        Assert.AreEqual(1, exitCode, output);
        StringAssert.Contains(output, "adress");
        StringAssert.Contains(output, "nowhere");
        Assert.IsFalse(Directory.Exists(repository.File(".data")));
    }

    [TestMethod]
    [DataRow("--database", "postgresql", "needs --connection")]
    [DataRow("--connection", "Host=x", "belongs to --database")]
    [DataRow("--database", "oracle", "no such kind")]
    [DataRow("--port", "0", "no port")]
    [DataRow("--nonsense", "1", "--nonsense")]
    public async Task Up_WrongUse_ExitsWithTwo(string option, string value, string said)
    {
        using var repository = new FakeRepository();
        await using var up = await TestProcess.StartAsync(new TestProcessStart("proxy/Strangler.Cli")
        {
            Arguments = ["up", option, value], WorkingDirectory = repository.File(".strangler"), PassUrl = false, Health = null,
        });
        Assert.AreEqual(2, await up.WaitForExitAsync(), up.Output);
        StringAssert.Contains(up.Output, said);
        Assert.IsFalse(Directory.Exists(repository.File(".data")));
    }
}
