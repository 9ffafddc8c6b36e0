using Strangler.Stages.Gates;

namespace Strangler.Stages;

/// <summary>What came of a request to move a module.</summary>
/// <param name="Module">The module.</param>
/// <param name="From">The stage at which it was.</param>
/// <param name="To">The stage at which it is.</param>
/// <param name="Percent">The canary's share.</param>
/// <param name="Epoch">The epoch.</param>
/// <param name="PauseMilliseconds">How long writes were held, when ownership changed hands.</param>
/// <param name="Conditions">The conditions of the last step.</param>
/// <param name="Refused">True when a condition stopped it; the steps before that have been made.</param>
/// <param name="Warnings">What could not be done yet and is tried again in the background.</param>
internal sealed record StepOutcome(
    string Module, Stage From, Stage To, int Percent, long Epoch, double? PauseMilliseconds, IReadOnlyList<Condition> Conditions, bool Refused, IReadOnlyList<string> Warnings)
{
    public IReadOnlyList<string> Unmet => [.. Conditions.Where(c => !c.Met).Select(c => c.Sentence)];
}

/// <summary>What is asked of <c>advance</c>.</summary>
internal sealed record AdvanceRequest(Stage? To = null, int? Percent = null, bool Force = false, string? Reason = null, string? By = null);

/// <summary>The request makes no sense as it is; the message says how to mend it.</summary>
internal sealed class StageRequestException(string message) : Exception(message);

/// <summary>The plan has no such module.</summary>
internal sealed class UnknownModuleException(string module, IEnumerable<string> known)
    : Exception($"The plan has no module '{module}'. It has: {string.Join(", ", known.Order(StringComparer.Ordinal))}.");

/// <summary>Another operation on the module is under way, here or at another proxy.</summary>
internal sealed class ModuleBusyException(string module)
    : Exception($"Another operation on '{module}' is under way. Try again when it is done.");

/// <summary>An ownership switch was aborted: everything is as it was, the old owner writes again.</summary>
internal sealed class SwitchAbortedException(string module, string? error)
    : Exception($"The switch of '{module}' was aborted and the old owner writes again: {error}.");
