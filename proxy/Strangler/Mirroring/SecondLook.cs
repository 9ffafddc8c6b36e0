using Strangler.Evidence;
using Strangler.Mirroring.Comparison;
using Strangler.Plan;
using Strangler.Stages;

namespace Strangler.Mirroring;

/// <summary>What a second look at both sides found.</summary>
/// <param name="Class">The class that the read ends in.</param>
/// <param name="Legacy">The legacy's answer of a mismatch.</param>
/// <param name="Service">The service's answer of a mismatch.</param>
/// <param name="Differences">Where the two differ.</param>
internal sealed record Verdict(ComparisonClass Class, MirrorAnswer? Legacy = null, MirrorAnswer? Service = null, IReadOnlyList<Difference>? Differences = null);

/// <summary>
/// Judges answers that differed. They were given at different moments, so the difference may be a change on its way; or a side differs from itself.
/// The owner is asked, then the copy twice once it holds everything that the owner held, then the owner again. What the owner says once so and once
/// so is asked a third time: what changes every time is noise, what changed once is data on its way. Only where the owner stands still has the copy a
/// wrong answer.
/// </summary>
internal sealed class SecondLook(MirrorSender sender, MirrorComparer comparer, NoiseBook noise, ModuleStates states, IPositionWait positions, TimeProvider time)
{
    private const int Looks = 4;
    private static readonly TimeSpan WithoutPositions = TimeSpan.FromMilliseconds(250);

    public async Task<Verdict> JudgeAsync(MirrorJob job, CancellationToken stopping)
    {
        var owner = states.Of(job.Route.Module.Name).Owner;
        var copy = owner == Side.Legacy ? Side.Service : Side.Legacy;
        long? position = null;
        var moved = false;
        for (var look = 0; look < Looks; look++)
        {
            var answers = new MirrorAnswer[5];
            CopyProgress? progress = null;
            Side[] turns = [owner, copy, copy, owner];
            for (var turn = 0; turn < turns.Length; turn++)
            {
                if (turn == 1) progress = await CaughtUpAsync(job, stopping);
                var (answer, failure) = await sender.TryAskAsync(job, turns[turn], time, stopping);
                if (answer is null) return new Verdict(failure);
                answers[turn] = answer;
            }

            var (before, seen, seenAgain, after) = (answers[0], answers[1], answers[2], answers[3]);
            var difference = await comparer.CompareAsync(job, owner, before, seen, stopping);
            if (difference.IsTooLarge) return new Verdict(ComparisonClass.TooLarge);
            if (difference.IsMatch || !before.IsSameAs(after) && (await comparer.CompareAsync(job, owner, after, seen, stopping)).IsMatch) return new Verdict(ComparisonClass.Lag);

            var (own, stands) = await OwnNoiseAsync(job, owner, before, after, stopping);
            var copys = stands ? (await comparer.CompareItselfAsync(job, seen, seenAgain, stopping)).Differences : [];
            noise.Learn(job.Route.Endpoint.Id, [.. own, .. copys]);
            var unstable = new NoiseProfile(own.Concat(copys).Select(static d => (d.Pattern, d.Kind)));
            var rest = difference.Differences.Where(d => !unstable.Has(d.Pattern, d.Kind)).ToArray();
            if (rest.Length == 0) return new Verdict(ComparisonClass.Noise);
            var behind = progress is { Reached: false };
            if (!behind && stands)
            {
                return owner == Side.Legacy
                    ? new Verdict(ComparisonClass.Mismatch, after, seen, rest)
                    : new Verdict(ComparisonClass.Mismatch, seen, after, rest);
            }

            moved |= behind || (position is not null && progress is not null && progress.Position != position);
            position = progress?.Position ?? position;
        }

        // The owner never stood still: its data changed meanwhile, or its answer differs each time by itself.
        return new Verdict(moved ? ComparisonClass.Lag : ComparisonClass.Noise);
    }

    /// <summary>Where the owner differs from itself, and whether it is the same in everything else.</summary>
    private async Task<(IReadOnlyList<Difference> Noise, bool Stands)> OwnNoiseAsync(MirrorJob job, Side owner, MirrorAnswer before, MirrorAnswer after, CancellationToken stopping)
    {
        var found = await comparer.CompareItselfAsync(job, before, after, stopping);
        if (found.Total == 0) return ([], true);
        var again = await sender.TryAskAsync(job, owner, time, stopping);
        if (again.Answer is null) return ([], false);
        var lasting = NoiseSampling.Lasting(found, await comparer.CompareItselfAsync(job, after, again.Answer, stopping)).Differences.Where(static d => NoiseProfile.MayBeNoise(d.Pattern)).ToArray();
        var known = noise.ProfileOf(job.Route.Endpoint.Id);
        return (lasting, found.Differences.All(d => lasting.Contains(d) || known.Has(d.Pattern, d.Kind)));
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
