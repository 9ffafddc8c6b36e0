using Strangler.Cli.Rehearse.Clients;
using Strangler.Cli.Rehearse.Load;
using Strangler.Cli.Running;
using Strangler.Cli.Up;
using Strangler.Plan;

namespace Strangler.Cli.Rehearse;

/// <summary>Everything that a rehearsal needs, read and checked before anything is started.</summary>
/// <param name="Up">How the sides are started.</param>
/// <param name="Plan">The plan.</param>
/// <param name="Load">What clients do.</param>
internal sealed record RehearsalInput(UpRequest Up, PlanSnapshot Plan, PreparedLoad Load)
{
    /// <exception cref="CommandFailure">Something is missing or wrong; the message says all of it, and how to give it.</exception>
    public static async Task<RehearsalInput> ReadAsync(RehearseRequest request, string from, CancellationToken cancellationToken)
    {
        var files = RehearsalFiles.Find(request, from);
        var plan = ReadPlan(files.Plan);
        var up = new UpRequest(files.Up, files.Plan, null, 8080, 8081, null, null, request.NoBuild, request.Configuration, false);
        var described = UpFile.Read(UpLayout.Find(up, from));
        CheckAddresses(plan, described, files);

        using var endpoints = new PlannedEndpoints(plan);
        var load = request.Corpus is { } corpus
            ? await CorpusLoad.ReadAsync(Path.GetFullPath(corpus, from), plan, request.Headers, request.Writes, cancellationToken)
            : await new LoadPreparation(endpoints).PrepareAsync("load file", ReadLoad(files.Load!));
        CheckSecrets(load, files);
        CheckReach(load, plan, files);
        return new RehearsalInput(up, plan, load);
    }

    private static PlanSnapshot ReadPlan(string file)
    {
        var read = PlanReader.Read(file);
        if (read.Snapshot is null) throw Wrong(file, read.Errors);
        if (read.Snapshot.Modules.Count == 0) throw new CommandFailure($"{file} has no module: there is nothing to migrate. Add one under \"modules\".", ExitCode.WrongUse);
        return read.Snapshot;
    }

    private static LoadDescription ReadLoad(string file)
    {
        var read = LoadReader.Read(file);
        return read.Load ?? throw Wrong(file, read.Errors);
    }

    private static CommandFailure Wrong(string file, IReadOnlyList<PlanError> errors) => new(
        $"{file} is wrong:{string.Concat(errors.Select(static e => $"\n  {e}"))}", ExitCode.WrongUse, new { error = $"{file} is wrong.", errors });

    // A rehearsal must never reach a system that is in use: every address of the plan belongs to a process that it starts itself.
    private static void CheckAddresses(PlanSnapshot plan, UpFile described, RehearsalFiles files)
    {
        var started = described.Processes.Select(static p => p.Port).ToHashSet();
        var foreign = plan.Modules.Values.SelectMany(static m => m.ServiceAddresses).Prepend(plan.LegacyAddress)
            .Where(address => !address.IsLoopback || !started.Contains(address.Port)).Distinct().ToList();
        if (foreign.Count == 0) return;
        throw new CommandFailure(
            $"{files.Plan} names {string.Join(", ", foreign)}, which {files.Up} does not start. A rehearsal runs on a copy of its own and never asks a system that is in use: list that process in {files.Up}, with the port of the plan.",
            ExitCode.WrongUse);
    }

    private static void CheckSecrets(PreparedLoad load, RehearsalFiles files)
    {
        var up = File.ReadAllText(files.Up);
        var headers = load.Description.Headers.Concat(load.Description.Reads.SelectMany(static r => r.Headers)).Concat(load.Description.Records.SelectMany(static r => r.Headers));
        var unknown = headers.SelectMany(static h => Placeholders.SecretsIn(h.Value)).Where(name => !up.Contains($"{{secret:{name}}}", StringComparison.Ordinal)).Distinct().ToList();
        if (unknown.Count == 0) return;
        throw new CommandFailure(
            $"The load sends {string.Join(", ", unknown.Select(static n => $"{{secret:{n}}}"))}, which no process of {files.Up} gets. Give it to the processes that check it, in their \"environment\".", ExitCode.WrongUse);
    }

    private static void CheckReach(PreparedLoad load, PlanSnapshot plan, RehearsalFiles files)
    {
        var missing = load.Missing(plan).ToList();
        if (missing.Count == 0) return;
        throw new CommandFailure(
            $"The load reaches no request of these endpoints, so that their gates would stay unknown:{string.Concat(missing.Select(static e => $"\n  {e.Id} ({e.Method} {e.Template})"))}\n"
            + (files.Load is null ? "Record requests to them, or give them \"waived\": \"why\" in the plan." : $"Add requests to them to {files.Load}, or give them \"waived\": \"why\" in the plan."),
            ExitCode.WrongUse,
            new { error = "The load does not reach every endpoint.", missing = missing.Select(static e => e.Id) });
    }
}
