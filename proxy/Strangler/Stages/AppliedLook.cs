using Strangler.Stages.Sides;

namespace Strangler.Stages;

/// <summary>Asks the service.</summary>
internal sealed class AppliedLook(SideClient sides) : IAppliedLook
{
    public async Task<AppliedSince?> SinceAsync(string module, string process, long count, long epoch, long first, long last, CancellationToken cancellation)
    {
        try
        {
            return await sides.AppliedAsync(module, new { process, count, epoch, first, last }, cancellation).ConfigureAwait(false);
        }
        catch (SideException)
        {
            // Whoever asks has nothing to go by then, and says so.
            return null;
        }
    }
}
