using Strangler.Mirroring.Comparison;
using Strangler.Stages;

namespace Strangler.Mirroring;

/// <summary>Asks one side again after some of the reads, to learn what it answers differently by itself and what it no longer does.</summary>
internal sealed class NoiseSampling(MirrorSender sender, MirrorComparer comparer, NoiseBook noise, TimeProvider time)
{
    public static bool IsDue(MirrorJob job) => job.Route.Module.RulesOf(job.Route.Endpoint).NoiseSample is var share and > 0 && Random.Shared.NextDouble() < share;

    /// <param name="job">The read.</param>
    /// <param name="side">The side that gave <paramref name="first"/>.</param>
    /// <param name="first">Its answer.</param>
    /// <param name="stopping">Ends the asking.</param>
    public async Task SampleAsync(MirrorJob job, Side side, MirrorAnswer first, CancellationToken stopping)
    {
        var second = await sender.TryAskAsync(job, side, time, stopping);
        if (second.Answer is null) return;
        var found = await comparer.CompareItselfAsync(job, first, second.Answer, stopping);
        if (found.Total > 0)
        {
            var third = await sender.TryAskAsync(job, side, time, stopping);
            if (third.Answer is null) return;
            found = Lasting(found, await comparer.CompareItselfAsync(job, second.Answer, third.Answer, stopping));
        }

        noise.Learn(job.Route.Endpoint.Id, found.Differences);
    }

    /// <summary>
    /// What differed in the very same places twice running. A change of the data differs once, or in one row and then in another: it must not become
    /// noise, or the next wrong value there would be taken for it.
    /// </summary>
    public static AnswerComparison Lasting(AnswerComparison once, AnswerComparison again)
    {
        var places = again.Differences.Select(static d => (d.Path, d.Kind)).ToHashSet();
        var patterns = once.Differences.Where(d => places.Contains((d.Path, d.Kind))).Select(static d => (d.Pattern, d.Kind)).ToHashSet();
        Difference[] lasting = [.. once.Differences.Where(d => patterns.Contains((d.Pattern, d.Kind)))];
        return once with { Differences = lasting, Total = lasting.Length };
    }
}
