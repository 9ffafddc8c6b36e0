using System.CommandLine;
using System.Text.Json.Nodes;
using Strangler.Cli.Running;
using Strangler.Cli.Talking;

namespace Strangler.Cli.Commands;

/// <summary>Changes that the other side refuses: look at them, have them tried again, give them up.</summary>
internal static class ParkedCommand
{
    public static Command Create() => new("parked", """
        Shows the changes that the other side has refused, has them tried again, or gives them up. While one is parked, ownership does not change hands.

        Examples:
          strangler parked list prices
          strangler parked retry prices --all
          strangler parked discard prices 1207 1211 --yes
        """) { ParkedListCommand.Create(), Retry(), Discard() };

    private static Command Retry() => Change("retry", "Has parked changes delivered again, as when the receiver has been mended.", """
        Examples:
          strangler parked retry prices 1207
          strangler parked retry prices --all
        """, null);

    private static Command Discard() => Change("discard",
        "Gives parked changes up: the sides differ in these rows until they change again or 'strangler reconcile MODULE --repair' has run. Kept in the audit log.", """
        Examples:
          strangler parked discard prices 1207 1211 --yes
          strangler parked discard prices --all --yes
        """, new Option<bool>("--yes") { Description = "Confirms that these changes are to be given up." });

    private static Command Change(string verb, string what, string examples, Option<bool>? yes)
    {
        var module = new Argument<string>("module") { Description = "The module of the plan." };
        var positions = new Argument<long[]>("position") { Description = "Positions as 'strangler parked list' shows them.", Arity = ArgumentArity.ZeroOrMore };
        var all = new Option<bool>("--all") { Description = "All that are parked." };
        var command = new Command(verb, $"{what}{Environment.NewLine}{Environment.NewLine}{examples}") { module, positions, all };
        if (yes is not null) command.Options.Add(yes);
        command.Validators.Add(result =>
        {
            var named = result.GetResult(positions)?.Tokens.Count > 0;
            if (named == result.GetValue(all)) result.AddError("Name positions, or use --all.");
            if (yes is not null && !result.GetValue(yes)) result.AddError("What is discarded does not come back; confirm it with --yes.");
        });
        command.OnRun(async (parse, io, cancellation) =>
        {
            using var client = AdminClient.Of(parse);
            var name = parse.GetRequiredValue(module);
            var everything = parse.GetValue(all);
            var (count, asked) = (0L, new HashSet<long>());
            var next = everything ? await ParkedListCommand.PositionsAsync(client, name, cancellation) : parse.GetValue(positions)!;
            while (next.Where(asked.Add).ToArray() is { Length: > 0 } chosen)
            {
                var done = await client.PostAsync(AdminClient.Module(name, $"parked/{verb}"), new { positions = chosen }, cancellation);
                count += (long)done["count"]!;
                // One list does not show everything; what is parked again by now has been asked for already.
                if (everything) next = await ParkedListCommand.PositionsAsync(client, name, cancellation);
            }

            if (count == 0 && !everything) throw new CommandFailure($"None of these positions is parked. See 'strangler parked list {name}'.");
            io.Result(new JsonObject { ["module"] = name, ["count"] = count }, () => io.Line(count == 0 ? $"{name}: nothing is parked." : $"{name}: {count} {(yes is null ? "to be tried again" : "given up")}."));
            return ExitCode.Done;
        });
        return command;
    }
}
