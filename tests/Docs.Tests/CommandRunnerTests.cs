using Docs.Tests.Commands;
using Docs.Tests.Pages;
using TestKit;
using TestKit.Processes;

namespace Docs.Tests;

/// <summary>Small pages, right ones and wrong ones, through what runs the real ones.</summary>
[TestClass]
public sealed class CommandRunnerTests
{
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(2);

    [TestMethod]
    public Task Output_AsShown_Passes() =>
        PassAsync(
            """
            ```sh
            alias hello='echo hello'
            export NAME=world
            ```

            ```sh
            hello   "$NAME"
            seq 100000 | head -2
            if false; then echo never; fi
            ```

            What is seen:

            ```text
            hello world
            ...
            2
            ```
            """
        );

    [TestMethod]
    public Task Output_OtherThanShown_Fails() =>
        FailAsync(
            """
            ```sh
            echo one
            echo two
            ```
            ```text
            two
            one
            ```
            """,
            "page.md:1: this line of the page is not in the output: one"
        );

    [TestMethod]
    public Task Output_OnlyPartOfALine_Fails() =>
        FailAsync(
            """
            ```sh
            echo one and two
            ```
            ```text
            one
            ```
            """,
            "not in the output: one"
        );

    [TestMethod]
    public Task Command_FailsInTheMiddle_FailsAndStops() =>
        FailAsync(
            """
            ```sh
            echo first
            ls /nowhere
            echo never seen
            ```
            """,
            "page.md:1: exit code 2 instead of 0 at: ls /nowhere",
            without: "    never seen\n    "
        );

    [TestMethod]
    public Task Command_FailsAtTheBeginningOfAPipe_Fails() =>
        FailAsync(
            """
            ```sh
            ls /nowhere | cat
            ```
            """,
            "exit code 2 instead of 0"
        );

    [TestMethod]
    public Task Command_SyntaxError_Fails() =>
        FailAsync(
            """
            ```sh
            if then
            ```
            """,
            "exit code 2 instead of 0"
        );

    [TestMethod]
    public Task Exit_AsSaid_Passes() =>
        PassAsync(
            """
            <!-- exit: 3 -->
            ```sh
            # It is refused.
            bash -c \
              'echo refused; exit 3'
            ```
            ```text
            refused
            ```
            """
        );

    [TestMethod]
    public Task Exit_OtherThanSaid_Fails() =>
        FailAsync(
            """
            <!-- exit: 3 -->
            ```sh
            true
            ```
            """,
            "exit code 0 instead of 3"
        );

    [TestMethod]
    public Task Exit_OfSeveralCommands_Fails() =>
        FailAsync(
            """
            <!-- exit: 3 -->
            ```sh
            true
            false
            ```
            """,
            "a single command"
        );

    [TestMethod]
    public Task Varies_OtherDigits_Pass() =>
        PassAsync(
            """
            ```sh
            echo "│ took 1,234.5 ms │ of ada@lab │ 12"
            ```
            <!-- varies: 11 ms -->
            <!-- varies-text: you@host -->
            ```text
            took 11 ms │ of you@host 12
            ```
            """
        );

    [TestMethod]
    public Task Varies_DigitsThatWereNotNamed_Fail() =>
        FailAsync(
            """
            ```sh
            echo "took 13 ms of 14"
            ```
            <!-- varies: 11 ms -->
            ```text
            took 11 ms of 12
            ```
            """,
            "not in the output: took 11 ms of 12"
        );

    [TestMethod]
    public Task Varies_NotInTheOutput_Fails() =>
        FailAsync(
            """
            ```sh
            echo 1
            ```
            <!-- varies: 1, 22 -->
            ```text
            1
            ```
            """,
            "page.md:4: '22' varies, but the expected output does not have it."
        );

    [TestMethod]
    public Task NotRun_WithAReason_IsPassedOver() =>
        PassAsync(
            """
            <!-- not run: needs a container engine -->
            ```sh
            exit 1
            ```
            ```text
            whatever it prints
            ```
            """
        );

    [TestMethod]
    public Task NotRun_WithoutAReason_Fails() =>
        FailAsync(
            """
            <!-- not run: -->
            ```sh
            true
            ```
            """,
            "page.md:2: a block that is not run needs a reason"
        );

    [TestMethod]
    public Task Terminals_ServerInTheSecond_IsInterrupted() =>
        PassAsync(
            """
            <!-- terminal: 2 -->
            ```sh
            bash -c 'trap "echo stopped; exit 0" INT; echo > up; echo ready; while :; do sleep 0.05; done'
            ```
            ```text
            ready
            ```

            ```sh
            cat up
            ```

            <!-- press: Ctrl-C in terminal 2 -->

            ```text
            stopped
            ```

            <!-- terminal: 2 -->
            ```sh
            pwd
            ```
            ```text
            ~/strangler
            ```
            """
        );

    [TestMethod]
    public Task Terminals_CommandIsStillRunningAtTheEnd_IsInterrupted() =>
        PassAsync(
            """
            <!-- terminal: 2 -->
            ```sh
            sleep 600
            ```
            """
        );

    [TestMethod]
    public Task Terminals_EndsBeforeTheOutputIsSeen_Fails() =>
        FailAsync(
            """
            <!-- terminal: 2 -->
            ```sh
            echo starting
            ```
            ```text
            ready
            ```
            """,
            "not in the output: ready"
        );

    [TestMethod]
    public Task Terminals_FailsLater_Fails() =>
        FailAsync(
            """
            <!-- terminal: 2 -->
            ```sh
            while ! [ -e go ]; do sleep 0.01; done
            ls /nowhere
            ```

            ```sh
            touch go
            ```

            <!-- terminal: 2 -->
            ```sh
            true
            ```
            """,
            "page.md:2: exit code 2 instead of 0 at: ls /nowhere"
        );

    [TestMethod]
    public Task Press_WhereNothingRuns_Fails() =>
        FailAsync("<!-- press: Ctrl-C in terminal 2 -->", "page.md:1: nothing runs in terminal 2");

    [TestMethod]
    public Task Press_OfAnUnknownKey_Fails() =>
        FailAsync("<!-- press: Escape -->", "stands above no block");

    [TestMethod]
    public Task Command_NeverEnds_FailsWithWhatWasSeen() =>
        FailAsync(
            """
            ```sh
            echo waiting; sleep 600
            ```
            """,
            "did not end within 00:00:02.",
            "Seen:\n    waiting"
        );

    [TestMethod]
    public Task Command_LeavesTheTerminal_Fails() =>
        FailAsync(
            """
            ```sh
            exit 0
            ```
            """,
            "ended its terminal"
        );

    [TestMethod]
    public Task Output_WithoutACommand_Fails() =>
        FailAsync(
            """
            ```text
            seen
            ```
            """,
            "page.md:1: no command belongs to this output"
        );

    [TestMethod]
    public async Task Session_Ends_EndsWhatWasStarted()
    {
        using var directory = new TemporaryDirectory();
        var file = directory.File("id");
        await PassAsync(
            $"""
            ```sh
            (setsid sleep 600 & echo $! > {file}) > /dev/null
            ```
            """
        );

        // A process that nobody has waited for is still listed, without a command line.
        var commandLine = $"/proc/{(await File.ReadAllTextAsync(file)).Trim()}/cmdline";
        Assert.AreEqual("", File.Exists(commandLine) ? await File.ReadAllTextAsync(commandLine) : "");
    }

    [TestMethod]
    public Task Flag_ThatTheCommandHasNot_Fails() =>
        FailAsync(
            $"""
            ```sh
            dotnet {RepositoryRoot.AssemblyOf("proxy/Strangler.Cli")} status --no-such-flag
            ```
            """,
            "exit code 2 instead of 0",
            "--no-such-flag",
            limit: TimeSpan.FromMinutes(1)
        );

    [TestMethod]
    public void PortOffset_OfAPagesPorts_MovesThemThereAndBack()
    {
        using var offset = PortOffset.Take();
        const string page = "curl http://127.0.0.1:8080/a localhost:5100 --port-offset 100 127.0.0.1:99";

        var typed = offset.ToTyped(page);

        Assert.AreEqual(
            $"curl http://127.0.0.1:{8080 + offset.Number}/a localhost:{5100 + offset.Number} "
                + $"--port-offset {100 + offset.Number} 127.0.0.1:99",
            typed
        );
        Assert.AreEqual(
            "http://127.0.0.1:8180 and port 8081 of 18081",
            offset.FromSeen($"http://127.0.0.1:{8180 + offset.Number} and port {8081 + offset.Number} of 18081")
        );
    }

    private static async Task PassAsync(string page)
    {
        if (await RunAsync(page, TimeSpan.FromMinutes(1)) is { } failure)
        {
            Assert.Fail(failure);
        }
    }

    private static async Task FailAsync(string page, string with, string? and = null, string? without = null, TimeSpan? limit = null)
    {
        var failure = await RunAsync(page, limit ?? Short);
        Assert.IsNotNull(failure, "The page passed.");
        Assert.Contains(with, failure);
        Assert.Contains(and ?? "", failure);
        Assert.DoesNotContain(without ?? "\0", failure);
    }

    private static async Task<string?> RunAsync(string page, TimeSpan limit)
    {
        using var directory = new TemporaryDirectory();
        await using var session = new Session(directory.File("log"));
        await using var runner = new ScriptRunner(session.Settings with { Limit = limit });
        try
        {
            await runner.RunAsync(Script.Of(Page.Parse("page.md", page)));
            return null;
        }
        catch (ScriptFailure failure)
        {
            return failure.Message;
        }
    }
}
