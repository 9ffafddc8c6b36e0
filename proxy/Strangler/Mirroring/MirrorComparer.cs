using Strangler.Mirroring.Comparison;
using Strangler.Stages;

namespace Strangler.Mirroring;

/// <summary>Compares the answers to a mirrored request: which of them is whose, by which rules, and not too many large ones at once.</summary>
internal sealed class MirrorComparer(NoiseBook noise) : IDisposable
{
    /// <summary>Packed or not, two bodies up to here are nothing; larger ones are taken apart one pair at a time, as a tree takes many times its text.</summary>
    private const int Large = 128 * 1024;
    private readonly SemaphoreSlim _large = new(1);

    /// <summary>Compares answers of the two sides.</summary>
    public ValueTask<AnswerComparison> CompareAsync(MirrorJob job, Side side, MirrorAnswer answer, MirrorAnswer other, CancellationToken cancellation) =>
        RunAsync(job, side == Side.Legacy ? answer : other, side == Side.Legacy ? other : answer, noise.ProfileOf(job.Route.Endpoint.Id), cancellation);

    /// <summary>Compares two answers of one side, of which what is known to be noise is no small part.</summary>
    public ValueTask<AnswerComparison> CompareItselfAsync(MirrorJob job, MirrorAnswer first, MirrorAnswer second, CancellationToken cancellation) =>
        RunAsync(job, first, second, null, cancellation);

    public void Dispose() => _large.Dispose();

    private async ValueTask<AnswerComparison> RunAsync(MirrorJob job, MirrorAnswer legacy, MirrorAnswer service, NoiseProfile? profile, CancellationToken cancellation)
    {
        var rules = job.Route.Module.RulesOf(job.Route.Endpoint);
        // How much a packed body holds is not known before it is unpacked.
        var packed = !string.IsNullOrEmpty(legacy.ContentEncoding) || !string.IsNullOrEmpty(service.ContentEncoding);
        if ((legacy.Body.Length + service.Body.Length) * (packed ? 8L : 1L) <= Large) return AnswerComparer.Compare(legacy, service, rules, profile);
        await _large.WaitAsync(cancellation);
        try
        {
            return AnswerComparer.Compare(legacy, service, rules, profile);
        }
        finally
        {
            _large.Release();
        }
    }
}
