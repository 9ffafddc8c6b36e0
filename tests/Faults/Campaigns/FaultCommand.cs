using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;
using Faults.Scheduling;
using Faults.Storage;
using TestKit.Databases;

namespace Faults.Campaigns;

/// <summary>The command. Exit codes: 0 no violation, 1 a violation or an interruption, 2 wrong use.</summary>
internal static class FaultCommand
{
    public static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter error)
    {
        if (args is ["--help" or "-h" or "help"])
        {
            await output.WriteLineAsync(FaultOptions.Usage);
            return 0;
        }

        if (FaultOptions.Read(args, out var options) is { } wrong)
        {
            await error.WriteLineAsync($"{wrong}\n\n{FaultOptions.Usage}");
            return 2;
        }

        if (options.List)
        {
            await output.WriteLineAsync(List(options));
            return 0;
        }

        foreach (var reason in Skipped(options)) await error.WriteLineAsync($"Skipped: {reason}.");
        // The first Ctrl-C or SIGTERM ends what was started and prints what is known; the system handles a second one.
        using var stop = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        var reports = new List<SeedReport>();
        var finished = await CampaignAsync(options, reports, error, stop.Token);
        await output.WriteLineAsync(options.Json ? CampaignResult.Json(options, reports, finished) : CampaignResult.Text(options, reports, finished));
        return finished && reports.All(static report => report.Violations.Count == 0) ? 0 : 1;

        void Stop(PosixSignalContext signal)
        {
            if (stop.IsCancellationRequested) return;
            signal.Cancel = true;
            error.WriteLine("Stopping: processes, mounts and directories are cleared away.");
            stop.Cancel();
        }
    }

    private static async Task<bool> CampaignAsync(FaultOptions options, List<SeedReport> reports, TextWriter error, CancellationToken stop)
    {
        var watch = Stopwatch.StartNew();
        try
        {
            await using var template = await Template.MakeAsync(options.Database);
            var campaign = new Campaign(template, Directory.CreateDirectory(options.Directory).FullName, options.Keep);
            foreach (var seed in options.SeedNumbers)
            {
                stop.ThrowIfCancellationRequested();
                var report = await campaign.RunAsync(Scheduler.Of(seed, options.Database, options.Break, options.OverNServiceBus), stop);
                reports.Add(report);
                await error.WriteLineAsync($"{report.Line}  {Progress(reports.Count, options.Seeds, watch.Elapsed)}");
                foreach (var violation in report.Violations.Take(5)) await error.WriteLineAsync($"    {violation}");
                if (report.Kept is not null) await error.WriteLineAsync($"    {report.Schedule}\n    kept in {report.Kept}");
                if (options.Break is not null && report.Violations.Count > 0) break;
            }

            return true;
        }
        catch (Exception) when (stop.IsCancellationRequested)
        {
            // The user's wish. What fails meanwhile fails because of it.
            return false;
        }
        catch (Exception missing) when (missing is AssertInconclusiveException or TimeoutException or InvalidOperationException)
        {
            await error.WriteLineAsync($"The campaign cannot go on: {missing.Message}");
            return false;
        }
    }

    private static string Progress(int done, int all, TimeSpan elapsed) =>
        $"[{done} of {all}, {elapsed:h\\:mm\\:ss}{(done < all ? $", about {elapsed / done * (all - done):h\\:mm\\:ss} left" : "")}]";

    private static IEnumerable<string> Skipped(FaultOptions options)
    {
        if (options.OverNServiceBus) yield return "faults of deliveries are those of the wires, which NServiceBus does not use";
        if (options.Database == TestDatabase.Sqlite && SmallDisk.Missing is { } disk) yield return disk;
        if (options.Database == TestDatabase.PostgreSql) yield return "a full disk is SQLite's; the server has lost connections and crashes in its place";
    }

    private static string List(FaultOptions options)
    {
        var schedules = options.SeedNumbers.Select(seed => Scheduler.Of(seed, options.Database, overNServiceBus: options.OverNServiceBus)).ToList();
        return options.Json
            ? JsonSerializer.Serialize(schedules.Select(static s => new { s.Seed, Schedule = s.ToString(), Cells = s.Cells().Distinct() }), JsonSerializerOptions.Web)
            : $"{string.Join('\n', schedules)}\n\n{Coverage.Table([.. schedules.Select(static s => s.Cells().ToList())])}";
    }
}
