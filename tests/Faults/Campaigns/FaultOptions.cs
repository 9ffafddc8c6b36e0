using System.Globalization;
using TestKit.Databases;

namespace Faults.Campaigns;

/// <summary>What the command line says.</summary>
internal sealed record FaultOptions(bool List, int Seeds, int First, string Database, bool OverNServiceBus, string? Break, string Directory, bool Keep, bool Json)
{
    public const string Usage = """
        Usage: dotnet run -c Release --project tests/Faults -- run|list [options]

        run    runs seeds, a line for each, and prints what they came to and what they covered
        list   prints what the seeds would do, and runs nothing

          --seeds N          how many seeds; 20 unless told otherwise
          --seed S           the first one, or with --seeds left out the only one; 1 unless told otherwise
          --database NAME    sqlite (unless told otherwise), or postgresql: a private server, which has to be installed
          --channel NAME     Http (unless told otherwise), or NServiceBus with its queues in PostgreSQL: build with -p:NServiceBus=true
          --break NAME       takes a safeguard away: Fence, Epoch or Acknowledgement; ends at the first violation
          --directory DIR    where runs with a violation keep logs, databases and history; the system's temporary directory unless told otherwise
          --keep             keep the others too
          --json             print the result as one JSON document

        Exit codes: 0 no violation, 1 a violation or an interruption, 2 wrong use.
        """;

    public string Channel => OverNServiceBus ? "NServiceBus" : "Http";

    public IEnumerable<int> SeedNumbers => Enumerable.Range(First, Seeds);

    /// <summary>Reads the arguments.</summary>
    /// <returns>What is wrong with them, or null.</returns>
    public static string? Read(string[] args, out FaultOptions options)
    {
        options = new FaultOptions(args is ["list", ..], 0, 0, TestDatabase.Sqlite, false, null, Path.Combine(Path.GetTempPath(), "strangler-faults"), false, false);
        if (args is not ["run" or "list", ..]) return "It is either 'run' or 'list'.";
        for (var i = 1; i < args.Length; i++)
        {
            var value = i + 1 < args.Length ? args[i + 1] : "";
            switch (args[i])
            {
                case "--json": options = options with { Json = true }; continue;
                case "--keep": options = options with { Keep = true }; continue;
                case "--seeds" when Number(value) is > 0 and var number: options = options with { Seeds = number }; break;
                case "--seed" when Number(value) is > 0 and var number: options = options with { First = number }; break;
                case "--database" when value is TestDatabase.Sqlite or TestDatabase.PostgreSql: options = options with { Database = value }; break;
                case "--channel" when value is "Http" or "NServiceBus": options = options with { OverNServiceBus = value == "NServiceBus" }; break;
                case "--break" when value is "Fence" or "Epoch" or "Acknowledgement": options = options with { Break = value }; break;
                case "--directory" when value.Length > 0: options = options with { Directory = value }; break;
                default: return $"'{args[i]} {value}' is not understood.";
            }

            i++;
        }

        if (options is { OverNServiceBus: true, Database: not TestDatabase.PostgreSql }) return "'--channel NServiceBus' needs '--database postgresql': the queues are there.";
        options = options with { Seeds = options.Seeds > 0 ? options.Seeds : options.First > 0 ? 1 : 20, First = Math.Max(1, options.First) };
        return null;
    }

    private static int Number(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
}
