using System.Diagnostics;
using TestKit;
using TestKit.Processes;

namespace Journey.Tests.Up;

/// <summary>The command as an architect installs it: packed, installed, and used beside a monolith of which this repository knows nothing.</summary>
[TestClass, DoNotParallelize, TestCategory("Slow")]
public sealed class ToolTests
{
    [TestMethod]
    [Timeout(600_000)]
    public async Task Tool_PackedAndInstalled_RunsASystemElsewhereWithTheProxyThatComesWithIt()
    {
        using var directory = new TemporaryDirectory();
        await RunAsync("dotnet", RepositoryRoot.File("."), "pack", "proxy/Strangler.Cli", "-o", directory.File("packed"));
        var package = new FileInfo(Directory.EnumerateFiles(directory.File("packed"), "strangler.*.nupkg").Single());
        Assert.IsLessThan(20_000_000, package.Length, "Databases for telephones and browsers are left out.");
        await RunAsync("dotnet", directory.Path, "tool", "install", "strangler", "--tool-path", directory.File("bin"), "--source", directory.File("packed"));
        var tool = directory.File(OperatingSystem.IsWindows() ? "bin/strangler.exe" : "bin/strangler");

        using var repository = new FakeRepository { OwnProxy = true };
        repository.Describe();
        StringAssert.Contains(await RunAsync(tool, directory.Path, "--help"), "strangler advance");
        StringAssert.Contains(await RunAsync(tool, directory.Path, "plan", "validate", repository.File(".strangler/plan.json")), "is valid");

        using var up = Start(tool, repository.File("."), "up", "--port", $"{repository.Public.Number}", "--admin-port", $"{repository.Admin.Number}");
        try
        {
            await Eventually.TrueAsync(() => FakeRepository.AnswersAsync(repository.Public), TimeSpan.FromMinutes(2), "the monolith answers through the proxy");
            StringAssert.Contains(await RunAsync(tool, repository.File("."), "status"), "books: Legacy, owner legacy");
            StringAssert.Contains(await RunAsync(tool, repository.File("."), "advance", "books", "--force", "--reason", "test"), "books: Legacy -> Syncing");
            StringAssert.Contains(await RunAsync(tool, repository.File("."), "wait", "books", "--for", "Syncing"), "at Syncing");
            StringAssert.Contains(await RunAsync(tool, repository.File("."), "restart", "proxy"), "proxy: restarted");
        }
        finally
        {
            await RunAsync("kill", directory.Path, "-TERM", $"{up.Id}");
            await up.WaitForExitAsync();
        }

        Assert.AreEqual(0, up.ExitCode);
    }

    private static async Task<string> RunAsync(string program, string directory, params string[] arguments)
    {
        using var process = Start(program, directory, arguments);
        var output = process.StandardOutput.ReadToEndAsync();
        var error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        var text = await output + error;
        Assert.AreEqual(0, process.ExitCode, $"{program} {string.Join(' ', arguments)}\n{text}");
        return text;
    }

    private static Process Start(string program, string directory, params string[] arguments) =>
        Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = directory, RedirectStandardOutput = true, RedirectStandardError = true })!;
}
