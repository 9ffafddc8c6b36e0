using System.Globalization;
using System.Text.Json;
using Faults.Running;
using Faults.Scheduling;

namespace Faults.Campaigns;

/// <summary>The command. Exit codes: 0 no violation, 1 a violation, 2 wrong use.</summary>
internal static class FaultCommand
{
    private const string Usage = """
        Usage: dotnet run -c Release --project tests/Faults -- run [options]

          --seeds N          how many seeds; 20 unless told otherwise
          --seed S           the first one, or with --seeds left out the only one; 1 unless told otherwise
          --database NAME    the sides' database: sqlite
          --break NAME       takes a safeguard away: Fence, Epoch or Acknowledgement; ends at the first violation
          --directory DIR    where runs with a violation keep logs, databases and history; the system's temporary directory unless told otherwise
          --keep             keep the others too
          --json             print the result as one JSON document

        Exit codes: 0 no violation, 1 a violation, 2 wrong use.
        """;

    public static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter error)
    {
        if (args is not ["run", .. var rest])
        {
            await (args is ["--help" or "-h" or "help"] ? output : error).WriteLineAsync(Usage);
            return args is ["--help" or "-h" or "help"] ? 0 : 2;
        }

        if (Options.Read(rest, out var options) is { } wrong)
        {
            await error.WriteLineAsync($"{wrong}\n\n{Usage}");
            return 2;
        }

        if (SmallDisk.Missing is { } missing) await error.WriteLineAsync($"Skipped: {missing}.");
        using var template = await Template.MakeAsync();
        var campaign = new Campaign(template, Directory.CreateDirectory(options.Directory).FullName, options.Keep);
        var reports = new List<SeedReport>();
        foreach (var seed in Enumerable.Range(options.First, options.Seeds))
        {
            var report = await campaign.RunAsync(Scheduler.Of(seed, options.Database, options.Break));
            reports.Add(report);
            await error.WriteLineAsync(report.Line);
            foreach (var violation in report.Violations.Take(5)) await error.WriteLineAsync($"    {violation}");
            if (report.Kept is not null) await error.WriteLineAsync($"    {report.Schedule}\n    kept in {report.Kept}");
            if (options.Break is not null && report.Violations.Count > 0) break;
        }

        await output.WriteLineAsync(options.Json ? JsonSerializer.Serialize(reports, JsonSerializerOptions.Web) : Table(reports));
        return reports.Any(static report => report.Violations.Count > 0) ? 1 : 0;
    }

    private static string Table(List<SeedReport> reports)
    {
        var rules = reports.SelectMany(static r => r.Violations).GroupBy(static v => v.Rule).Select(static g => $"  {g.Key,-28} {g.Count(),6}");
        return $"""

            seeds        {reports.Count,8}
            switches     {reports.Sum(static r => r.Switches),8}
            aborted      {reports.Sum(static r => r.Aborted),8}
            operations   {reports.Sum(static r => r.Operations),8}
            acknowledged {reports.Sum(static r => r.Acknowledged),8}
            unknown      {reports.Sum(static r => r.Unknown),8}
            seconds      {reports.Sum(static r => r.Seconds),8:0}
            violations   {reports.Sum(static r => r.Violations.Count),8}  in seeds: {string.Join(' ', reports.Where(static r => r.Violations.Count > 0).Select(static r => r.Seed))}
            {string.Join('\n', rules)}
            """;
    }

    private sealed record Options(int Seeds, int First, string Database, string? Break, string Directory, bool Keep, bool Json)
    {
        /// <summary>Reads the arguments.</summary>
        /// <returns>What is wrong with them, or null.</returns>
        public static string? Read(string[] args, out Options options)
        {
            options = new Options(0, 0, "sqlite", null, Path.Combine(Path.GetTempPath(), "strangler-faults"), false, false);
            for (var i = 0; i < args.Length; i++)
            {
                var value = i + 1 < args.Length ? args[i + 1] : "";
                switch (args[i])
                {
                    case "--json": options = options with { Json = true }; continue;
                    case "--keep": options = options with { Keep = true }; continue;
                    case "--seeds" when Number(value) is > 0 and var number: options = options with { Seeds = number }; break;
                    case "--seed" when Number(value) is > 0 and var number: options = options with { First = number }; break;
                    case "--database" when value == "sqlite": break;
                    case "--break" when value is "Fence" or "Epoch" or "Acknowledgement": options = options with { Break = value }; break;
                    case "--directory" when value.Length > 0: options = options with { Directory = value }; break;
                    default: return $"'{args[i]} {value}' is not understood.";
                }

                i++;
            }

            options = options with { Seeds = options.Seeds > 0 ? options.Seeds : options.First > 0 ? 1 : 20, First = Math.Max(1, options.First) };
            return null;
        }

        private static int Number(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
    }
}
