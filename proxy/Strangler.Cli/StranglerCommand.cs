using System.CommandLine;
using Strangler.Cli.Commands;
using Strangler.Cli.Running;
using Strangler.Cli.Up;

namespace Strangler.Cli;

/// <summary>The command <c>strangler</c> with everything below it.</summary>
internal static class StranglerCommand
{
    // Built once: the shared options are static, and a symbol must not be added to two trees at the same time.
    private static readonly Lazy<RootCommand> Root = new(Build);

    /// <summary>Runs one command line and returns its exit code.</summary>
    public static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter error, CancellationToken cancellation = default)
    {
        var parse = Root.Value.Parse(args);
        var configuration = new InvocationConfiguration
        {
            Output = output,
            Error = error,
            EnableDefaultExceptionHandler = false,
            // "up" stops its children when it is interrupted, and that takes longer than the default of two seconds.
            ProcessTerminationTimeout = TimeSpan.FromSeconds(30),
        };
        if (parse.Errors.Count == 0) return await parse.InvokeAsync(configuration, cancellation);

        if (parse.GetValue(SharedOptions.Json))
            await output.WriteLineAsync(Json.Write(new { error = string.Join(" ", parse.Errors.Select(e => e.Message)) }));
        foreach (var problem in parse.Errors) await error.WriteLineAsync(problem.Message);
        await error.WriteLineAsync($"See: {HelpOf(parse)}");
        return ExitCode.WrongUse;
    }

    private static string HelpOf(ParseResult parse)
    {
        var path = new Stack<string>();
        for (Symbol? symbol = parse.CommandResult.Command; symbol is not null and not RootCommand; symbol = symbol.Parents.FirstOrDefault())
            path.Push(symbol.Name);
        return string.Join(' ', ["strangler", .. path, "--help"]);
    }

    private static RootCommand Build()
    {
        var root = new RootCommand(
            """
            Moves the modules of a running monolith to services of their own, behind one URL, and back.

            Examples:
              strangler up                          start the monolith, the services and the proxy
              strangler status --watch              where every module stands
              strangler advance prices             one stage forward, if the evidence allows it
              strangler rollback prices --to Legacy

            Exit codes: 0 done, 1 failed, 2 wrong use, 3 refused by a gate.
            """)
        {
            HelpName = "strangler",
        };
        root.Options.Add(SharedOptions.Json);
        root.Options.Add(SharedOptions.Admin);
        root.Options.Add(SharedOptions.Key);
        root.Options.Add(DataOption.Symbol);
        root.Subcommands.Add(UpCommand.Create());
        root.Subcommands.Add(ProcessCommand.Stop());
        root.Subcommands.Add(ProcessCommand.Start());
        root.Subcommands.Add(ProcessCommand.Restart());
        root.Subcommands.Add(StatusCommand.Create());
        root.Subcommands.Add(AdvanceCommand.Create());
        root.Subcommands.Add(RollbackCommand.Create());
        root.Subcommands.Add(WaitCommand.Create());
        root.Subcommands.Add(BackfillCommand.Create());
        root.Subcommands.Add(ReconcileCommand.Create());
        root.Subcommands.Add(MismatchesCommand.Create());
        root.Subcommands.Add(EvidenceCommand.Create());
        root.Subcommands.Add(RecordCommand.Create());
        root.Subcommands.Add(ReplayCommand.Create());
        root.Subcommands.Add(SideTokenCommand.Create());
        root.Subcommands.Add(ParkedCommand.Create());
        root.Subcommands.Add(DetachCommand.Create());
        root.Subcommands.Add(HoldCommand.Create());
        root.Subcommands.Add(AuditCommand.Create());
        root.Subcommands.Add(PlanCommand.Create());
        return root;
    }
}
