using Strangler.Evidence;
using Strangler.Mirroring.Comparison;
using Strangler.Stages;

namespace Strangler.Mirroring.DryRuns;

/// <summary>What a comparison with a dry run says.</summary>
/// <param name="Class">The class that the write ends in.</param>
/// <param name="Differences">Where the two differ, if they do.</param>
/// <param name="Service">The service's answer, with paired keys.</param>
/// <param name="Reason">Why it says less than it might.</param>
/// <param name="Pairs">Generated keys that were taken for one.</param>
internal sealed record DryRunVerdict(ComparisonClass Class, IReadOnlyList<Difference>? Differences = null, MirrorAnswer? Service = null, string? Reason = null, int Pairs = 0);

/// <summary>
/// Judges a write by the two answers and the two sets of change messages. The two say something about each other only if the copy was where the owner began: without the write
/// itself, and with everything before it. The copy tells what it has applied since the dry run began; once it holds the write, that settles both.
/// </summary>
internal sealed class DryRunJudge(ModuleStates states, IPositionWait positions, IAppliedLook applied, LeftOutBook leftOut, TimeProvider time)
{
    public async Task<DryRunVerdict> JudgeAsync(DryRunJob job, OwnerAnswer owner, DryRunAnswer dry, CancellationToken stopping)
    {
        var pairs = ChangeComparison.Pairs(owner.Changes, dry.Changes);
        var service = ChangeComparison.WithKeysOf(dry.Answer, pairs);
        var answers = AnswerComparer.Compare(owner.Answer!, service, job.Route.Module.RulesOf(job.Route.Endpoint));
        if (answers.IsTooLarge) return new DryRunVerdict(ComparisonClass.TooLarge);
        leftOut.Add(job.Route.Endpoint.Id, answers.LeftOut);
        IReadOnlyList<Difference> differences = ChangeComparison.Difference(owner.Changes, dry.Changes, pairs) is { } change ? [.. answers.Differences, change] : answers.Differences;
        var lag = await LagAsync(job, owner.Changes, dry.Began, alike: differences.Count == 0, stopping);
        return lag is not null ? new DryRunVerdict(ComparisonClass.Lag, differences, service, lag)
            : differences.Count > 0 ? new DryRunVerdict(ComparisonClass.Mismatch, differences, service, Pairs: pairs.Count)
            : new DryRunVerdict(ComparisonClass.Match, Pairs: pairs.Count);
    }

    /// <returns>Why the two cannot be held against each other; null when they can.</returns>
    private async Task<string?> LagAsync(DryRunJob job, ChangeReport changes, AppliedMark? began, bool alike, CancellationToken stopping)
    {
        // Whoever has read no data has read none that is old.
        if (began is null) return null;
        var wrote = changes.Count > 0;
        // Alike, the two were at the same place, unless what was written before the dry run began was the write itself.
        if (alike && (!wrote || began.Epoch < changes.Epoch || (began.Epoch == changes.Epoch && began.Highest < changes.First))) return null;
        var module = job.Route.Module.Name;
        var caughtUp = wrote
            ? await positions.ReachedAsync(module, changes.Epoch, changes.Last, job.Limits.CandidateTimeout, stopping)
            : await positions.CaughtUpAsync(module, job.Limits.CandidateTimeout, stopping) is { Reached: true };
        if (!caughtUp) return "the copy did not catch up in time";
        var epoch = wrote ? changes.Epoch : states.Of(module).Epoch;
        if (await applied.SinceAsync(module, began.Process, began.Count, epoch, changes.First, changes.Last, stopping) is not { Known: true } since) return "the copy no longer knows how far it was";
        // The owner wrote nothing, so that nothing tells where it began: a change that came to the copy before the dry run or after it may have come to the owner after
        // this write or before it. Only a copy that has stood still since the write came in is where the owner was.
        if (!wrote) return since.Any || since.IdleMs <= (time.GetUtcNow() - job.At).TotalMilliseconds ? "other changes arrived meanwhile" : null;
        if (!since.Holds) return "the write had been applied already";
        return since.Earlier && !alike ? "the copy was behind" : null;
    }
}
