using Strangler.Cli.Rehearse.Clients;
using Strangler.Cli.Rehearse.Faults;
using Strangler.Cli.Rehearse.Load;
using Strangler.Cli.Rehearse.Report;
using Strangler.Cli.Rehearse.Scratch;
using Strangler.Cli.Rehearse.Way;
using Strangler.Cli.Running;
using Strangler.Cli.Up;

namespace Strangler.Cli.Rehearse;

/// <summary>One rehearsal: read and check everything, start a scratch copy, let clients in, move every module there and back, report.</summary>
internal sealed class RehearseRun(RehearseRequest request, CommandIo io)
{
    private readonly LiveView _view = new(io);
    private readonly List<string> _notes = [];
    private FaultHand? _faults;

    public async Task<int> RunAsync(string from, CancellationToken cancellation)
    {
        var input = await RehearsalInput.ReadAsync(request, from, cancellation);
        using var hangup = new Hangup(cancellation);
        var directory = Directory.CreateTempSubdirectory("strangler-rehearsal-").FullName;
        RehearsalReport? report = null;
        try
        {
            report = await RunAsync(input, from, directory, hangup.Token);
        }
        finally
        {
            if (request.Keep || report is { Score.IsGood: false }) _notes.Add($"Databases and logs are kept in {directory}.");
            else Directory.Delete(directory, recursive: true);
        }

        var full = report with { Notes = [.. report.Notes, .. _notes] };
        // The report that is kept names no directory of this machine.
        if (request.Out is { } file) await File.WriteAllTextAsync(Path.GetFullPath(file, from), MarkdownReport.Of(report), cancellation);
        io.Result(ReportDocument.Of(full), () => ReportTable.Write(io, full));
        if (io.Json && !report.Score.IsGood) ReportTable.Write(io, full);
        return report.Score.IsGood ? ExitCode.Done : ExitCode.Failed;
    }

    private async Task<RehearsalReport> RunAsync(RehearsalInput input, string from, string directory, CancellationToken cancellationToken)
    {
        var deaths = new List<string>();
        _view.Say($"plan   {string.Join(", ", input.Plan.Modules.Keys)}; {Describe(input.Load)}");
        await using var scratch = await ScratchSystem.StartAsync(input.Up, from, directory, Step, Died, cancellationToken);
        var started = _view.Elapsed;
        var faults = _faults = new FaultHand(scratch, request.Faults, _view.Say);
        await using var load = new LoadRun(input.Load, scratch.Public, new Placeholders(scratch.Secret), request.Faults != FaultKinds.None, () => faults.MayInterrupt);
        var watch = new ModuleWatch(scratch.Admin, load.Tally);
        var times = new StageTimes(load.Tally);
        var stopped = await MigrateAsync(scratch, load, watch, times, cancellationToken);
        lock (deaths)
        {
            if (deaths.Count > 0) stopped = new Stopped(null, null, string.Join(" ", deaths), []);
        }

        return Report(input, scratch, load, watch, times, stopped, started);

        void Step(string name, string detail)
        {
            // Where the scratch plan and its data lie is nobody's business while all goes well.
            if (name is not ("plan" or "data")) _view.Say($"{name,-6} {detail}");
        }

        void Died(ProcessDeath death)
        {
            if (_faults?.HasKilled(death.Process.Name) == true) return;
            lock (deaths) deaths.Add(death.Message);
        }
    }

    /// <returns>Why it did not go on; null when every module has gone the whole way.</returns>
    private async Task<Stopped?> MigrateAsync(ScratchSystem scratch, LoadRun load, ModuleWatch watch, StageTimes times, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var watching = watch.RunAsync(stop.Token);
        Stopped? stopped = null;
        try
        {
            await _view.ShowAsync([.. scratch.Plan.Modules.Keys], watch, load.Tally, () => MigrateAllAsync(scratch, load, watch, times, cancellationToken));
        }
        catch (RehearsalStopped end)
        {
            stopped = new Stopped(end.Module, end.Stage, end.Message, end.Unmet);
        }
        catch (CommandFailure failure)
        {
            stopped = new Stopped(null, null, failure.Message, []);
        }
        finally
        {
            times.Leave();
            await stop.CancelAsync();
            await watching;
        }

        await load.StopAsync();
        return stopped;
    }

    private async Task MigrateAllAsync(ScratchSystem scratch, LoadRun load, ModuleWatch watch, StageTimes times, CancellationToken cancellationToken)
    {
        if (!await load.StartAsync()) throw new RehearsalStopped("", "Legacy", "the legacy itself does not answer as the load expects; nothing was moved", []);
        foreach (var module in scratch.Plan.Modules.Values)
        {
            times.Enter(module.Name, "Legacy");
            _view.Say($"{module.Name}: Legacy, clients come in");
            var steps = new ModuleSteps(scratch.Admin, watch, times, module.Name, _view.Say);
            await new ThereAndBack(scratch, load, steps, watch, module, _faults!, _view.Say).RunAsync(cancellationToken);
        }
    }

    private RehearsalReport Report(
        RehearsalInput input, ScratchSystem scratch, LoadRun load, ModuleWatch watch, StageTimes times, Stopped? stopped, TimeSpan started)
    {
        var notes = new List<string>();
        var hurtsPeers = request.Faults.HasFlag(FaultKinds.Slow) || request.Faults.HasFlag(FaultKinds.Drop);
        if (hurtsPeers && !scratch.Peers.IsUsed) notes.Add("The sides do not reach each other through {NAME.url} of up.json: 'slow' and 'drop' had no effect.");
        if (request.Faults != FaultKinds.None) notes.Add("With faults, clients retry as good clients do: what cannot be repeated only when it was refused (503), everything else until it is answered, for 30 s at most.");
        if (input.Load.Description.Records.Count == 0) notes.Add("The load has no records: that no write is lost was not checked.");
        return new RehearsalReport(
            [.. scratch.Plan.Modules.Keys],
            Describe(input.Load),
            FaultOption.Write(request.Faults),
            _faults!.Done,
            scratch.Changes,
            [.. scratch.Plan.Modules.Values.SelectMany(input.Load.Untouched).Select(static e => e.Id)],
            notes,
            ScoreboardMaker.Make(load, watch, times, stopped, started, _view.Elapsed - started));
    }

    private static string Describe(PreparedLoad load)
    {
        var description = load.Description;
        var writes = description.Records.Count > 0 ? $", {description.WritesPerSecond:0.#} writes/s of {description.Clients} clients" : "";
        return FormattableString.Invariant($"{load.Source}: {description.ReadsPerSecond:0.#} reads/s of {load.Reads.Count} targets{writes}");
    }
}
