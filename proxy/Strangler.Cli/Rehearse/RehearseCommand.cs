using System.CommandLine;
using Strangler.Cli.Rehearse.Faults;
using Strangler.Cli.Running;
using Strangler.Corpus;

namespace Strangler.Cli.Rehearse;

/// <summary>The whole migration on a scratch copy.</summary>
internal static class RehearseCommand
{
    private static readonly Option<string?> File = new("--file") { HelpName = "FILE", Description = "How to start the sides. Default: .strangler/up.json here or in a directory above." };
    private static readonly Option<string?> Plan = new("--plan") { HelpName = "FILE", Description = "The plan. Default: plan.json beside the file of --file." };
    private static readonly Option<string?> Load = new("--load") { HelpName = "FILE", Description = "What clients do. Default: load.json beside the plan." };
    private static readonly Option<string?> Corpus = new("--corpus") { HelpName = "DIR", Description = "Use what 'record' has written in place of a load file. Only its reads are sent." };
    private static readonly Option<bool> Writes = new("--writes") { Description = "With --corpus: send its writes, too, once and in their order." };
    private static readonly Option<string[]> Header = new("--header") { HelpName = "HEADER", Description = "With --corpus: sent with every request, as credentials. \"Name: value\", where {secret:NAME} stands for a secret of up.json.", DefaultValueFactory = static _ => [] };
    private static readonly Option<string?> Faults = new("--faults") { HelpName = "LIST", Description = "Hurt the system on the way: kill, slow, drop, with commas between them." };
    private static readonly Option<string?> Out = new("--out") { HelpName = "FILE", Description = "Write the report as Markdown, too." };
    private static readonly Option<bool> NoBuild = new("--no-build") { Description = "Start what has been built before." };
    private static readonly Option<string> Configuration = new("--configuration", "-c") { HelpName = "NAME", Description = "Build configuration.", DefaultValueFactory = static _ => "Debug" };
    private static readonly Option<bool> Keep = new("--keep") { Description = "Keep the temporary directory with databases and logs. It is kept anyway when the rehearsal is not good." };

    public static Command Create()
    {
        var command = new Command("rehearse", """
            Moves every module of the plan to its service, back, there again and retires it, on a scratch copy of the system with data of its own, while
            generated clients read and write. Ends with a scoreboard. Exits with 1 when anything failed, differed or was lost, or a gate stayed shut.

            Examples:
              strangler rehearse
              strangler rehearse --faults kill,slow,drop --out rehearsal.md
              strangler rehearse --corpus recorded
            """) { File, Plan, Load, Corpus, Writes, Header, Faults, Out, NoBuild, Configuration, Keep };
        command.Validators.Add(static result =>
        {
            var recorded = result.GetValue(Corpus) is not null;
            if (recorded && result.GetValue(Load) is not null) result.AddError("--load and --corpus exclude each other: name one of them.");
            if (!recorded && result.GetValue(Writes)) result.AddError("--writes goes with --corpus: a load file says itself what is written.");
            if (!recorded && result.GetValue(Header) is { Length: > 0 }) result.AddError("--header goes with --corpus: a load file has headers of its own.");
        });
        command.OnRun(static (parse, io, cancellationToken) =>
        {
            var request = new RehearseRequest(
                parse.GetValue(File),
                parse.GetValue(Plan),
                parse.GetValue(Load),
                parse.GetValue(Corpus),
                parse.GetValue(Writes),
                [.. parse.GetRequiredValue(Header).Select(HeaderOf)],
                FaultOption.Read(parse.GetValue(Faults)),
                parse.GetValue(Out),
                parse.GetValue(NoBuild),
                parse.GetValue(Configuration)!,
                parse.GetValue(Keep));
            return new RehearseRun(request, io).RunAsync(Directory.GetCurrentDirectory(), cancellationToken);
        });
        return command;
    }

    private static ExchangeHeader HeaderOf(string line) => line.Split(':', 2, StringSplitOptions.TrimEntries) is [{ Length: > 0 } name, var value]
        ? new ExchangeHeader(name, value)
        : throw new CommandFailure($"'{line}' is not a header. Write \"Name: value\".", ExitCode.WrongUse);
}
