namespace Strangler.Stages.Switching;

/// <summary>How a switch ended.</summary>
/// <param name="Outcome">Done or aborted.</param>
/// <param name="State">What has been published.</param>
/// <param name="Pause">How long writes were held; null when the switch was begun by another process.</param>
/// <param name="Error">Why it was aborted.</param>
internal sealed record SwitchResult(SwitchOutcome Outcome, ModuleState State, TimeSpan? Pause, string? Error);

/// <summary>The switch cannot end now: the side that must answer does not. The background goes on with it.</summary>
internal sealed class SwitchUnfinishedException(string message, Exception? inner = null) : Exception(message, inner);
