using System.Diagnostics;
using Docs.Tests.Code;
using Docs.Tests.Commands;
using TestKit;
using TestKit.Processes;

namespace Docs.Tests;

/// <summary>Without the changes of the steps, the monolith is what it was before anybody moved something out of it.</summary>
[TestClass]
[DoNotParallelize]
public sealed class MonolithBeforeTests
{
    [TestMethod]
    public async Task Changes_TakenBackFromTheLast_LeaveAMonolithThatBuildsAndKnowsNoSync()
    {
        if (await Git.RunAsync(RepositoryRoot.Path, "--version") is null)
        {
            Assert.Inconclusive("The changes are taken back by git, which is not installed: apt-get install git");
        }

        Assert.IsNotEmpty(ChangeFiles.All);
        using var directory = new TemporaryDirectory();
        var copy = directory.File("strangler");
        await RepositoryCopy.MakeAsync(copy);
        var ahead = await CountAheadAsync(copy);
        foreach (var change in ChangeFiles.All.Reverse().Skip(ahead))
        {
            var applied = await Git.RunAsync(copy, "apply", "--reverse", "--whitespace=nowarn", change.Path);
            Assert.IsNotNull(applied, $"{change.Path} cannot be taken back. See why: git apply --reverse --check {change.Path}");
        }

        var knowing = Directory
            .EnumerateFiles(Path.Combine(copy, "legacy"), "*", SearchOption.AllDirectories)
            .Where(file => File.ReadAllText(file).Contains("Sync", StringComparison.Ordinal));
        Assert.IsEmpty(knowing, "These files still know of Sync.");
        await BuildAsync(copy, "legacy/Legacy.Host");
    }

    // The last changes may be some that a reader makes and that this repository has not made yet.
    private static async Task<int> CountAheadAsync(string copy)
    {
        var count = 0;
        foreach (var change in ChangeFiles.All.Reverse())
        {
            if (await Git.RunAsync(copy, "apply", "--check", "--whitespace=nowarn", change.Path) is null)
            {
                break;
            }

            count++;
        }

        return count;
    }

    private static async Task BuildAsync(string directory, string project)
    {
        var start = new ProcessStartInfo(Dotnet.Path, ["build", project, "-v", "q", "-nodeReuse:false", "-p:UseSharedCompilation=false"])
        {
            WorkingDirectory = directory,
            RedirectStandardOutput = true,
        };
        using var build = Process.Start(start)!;
        var output = await build.StandardOutput.ReadToEndAsync();
        await build.WaitForExitAsync();
        Assert.AreEqual(0, build.ExitCode, output);
    }
}
