using Microsoft.Extensions.Logging;

namespace Strangler.Stages.Switching;

internal sealed partial class OwnershipSwitch
{
    [LoggerMessage(2100, LogLevel.Information, "Module {Module}: switch from {From} to {To} at epoch {Epoch} begun; writes are held.")]
    private partial void SwitchBegun(string module, Side from, Side to, long epoch);

    [LoggerMessage(2101, LogLevel.Warning, "Module {Module}: going on with the unfinished switch at {Phase}, epoch {Epoch}.")]
    private partial void SwitchResumed(string module, SwitchPhase phase, long epoch);

    [LoggerMessage(2102, LogLevel.Information, "Module {Module}: switch {Outcome}; owner is {Owner} at epoch {Epoch} after a pause of {PauseMilliseconds} ms. {Error}")]
    private partial void SwitchEnded(string module, SwitchOutcome outcome, Side owner, long epoch, double pauseMilliseconds, string? error);

    [LoggerMessage(2103, LogLevel.Warning, "Module {Module}: switch is aborted at {Phase}: {Error}")]
    private partial void SwitchAborting(string module, SwitchPhase phase, string error);

    [LoggerMessage(2104, LogLevel.Warning, "Module {Module}: switch waits at {Phase}: {Error}")]
    private partial void SwitchRetries(string module, SwitchPhase phase, string error);
}
