using Strangler.Evidence;
using Strangler.Plan;
using Strangler.Stages;

namespace Strangler.Mirroring;

/// <summary>What a second look at both sides found.</summary>
/// <param name="Class">The class that the read ends in.</param>
/// <param name="Legacy">The legacy's answer of a mismatch.</param>
/// <param name="Service">The service's answer of a mismatch.</param>
/// <param name="Difference">Where the two differ.</param>
internal sealed record Verdict(ComparisonClass Class, MirrorAnswer? Legacy = null, MirrorAnswer? Service = null, string? Difference = null);

/// <summary>
/// Judges answers that differed. They were given at different moments, so the difference may be a change on its way. The owner is asked, then the
/// copy once it holds everything that the owner held, then the owner again. Only when the owner said the same both times has the copy a wrong answer.
/// </summary>
internal sealed class SecondLook(MirrorSender sender, ModuleStates states, IPositionWait positions, TimeProvider time)
{
    private const int Looks = 4;
    private static readonly TimeSpan WithoutPositions = TimeSpan.FromMilliseconds(250);

    public async Task<Verdict> JudgeAsync(MirrorJob job, CancellationToken stopping)
    {
        var owner = states.Of(job.Route.Module.Name).Owner;
        var copy = owner == Side.Legacy ? Side.Service : Side.Legacy;
        var rules = job.Route.Module.Compare;
        long? position = null;
        var moved = false;
        for (var look = 0; look < Looks; look++)
        {
            var before = await sender.TryAskAsync(job, owner, time, stopping);
            if (before.Answer is null) return new Verdict(before.Failure);
            var progress = await CaughtUpAsync(job, stopping);
            var seen = await sender.TryAskAsync(job, copy, time, stopping);
            if (seen.Answer is null) return new Verdict(seen.Failure);
            var after = await sender.TryAskAsync(job, owner, time, stopping);
            if (after.Answer is null) return new Verdict(after.Failure);

            if (AnswerComparison.Difference(before.Answer, seen.Answer, rules) is not { } difference
                || AnswerComparison.Difference(after.Answer, seen.Answer, rules) is null) return new Verdict(ComparisonClass.Lag);
            var behind = progress is { Reached: false };
            if (!behind && AnswerComparison.Difference(before.Answer, after.Answer, rules) is null)
            {
                return owner == Side.Legacy
                    ? new Verdict(ComparisonClass.Mismatch, after.Answer, seen.Answer, difference)
                    : new Verdict(ComparisonClass.Mismatch, seen.Answer, after.Answer, difference);
            }

            moved |= behind || (position is not null && progress is not null && progress.Position != position);
            position = progress?.Position ?? position;
        }

        // The owner never said the same twice: its data changed meanwhile, or its answer differs each time by itself.
        return new Verdict(moved ? ComparisonClass.Lag : ComparisonClass.Noise);
    }

    private async Task<CopyProgress?> CaughtUpAsync(MirrorJob job, CancellationToken stopping)
    {
        var module = job.Route.Module;
        if (module.Data != DataMode.Synced) return null;
        var progress = await positions.CaughtUpAsync(module.Name, job.Limits.CandidateTimeout, stopping);
        // Where nobody can say how far the copy is, a change gets a moment to arrive.
        if (progress is null) await Task.Delay(WithoutPositions, time, stopping);
        return progress;
    }
}
