namespace Strangler.Stages.Switching;

/// <summary>The step that a switch is about to do. It is written before the step, so that whoever resumes repeats at most this one.</summary>
internal enum SwitchPhase
{
    /// <summary>Both sides share the data, or there is none: wait for the forwarded writes and publish.</summary>
    Quiescing,

    /// <summary>Ask the old owner to refuse writes.</summary>
    Fencing,

    /// <summary>Wait until the other side has everything up to the fence's position.</summary>
    Draining,

    /// <summary>Make the other side owner. From here on there is no way back without its confirmation.</summary>
    Opening,

    /// <summary>Published; tell the old owner to follow.</summary>
    Following,

    /// <summary>Aborted: make the old owner owner again, at a new epoch.</summary>
    Reopening,
}

/// <summary>How a switch ended.</summary>
internal enum SwitchOutcome
{
    /// <summary>The other side is owner.</summary>
    Done,

    /// <summary>The old owner is owner again.</summary>
    Aborted,
}

/// <summary>The journal of one ownership switch.</summary>
/// <param name="Id">Given by the store.</param>
/// <param name="Module">The module.</param>
/// <param name="From">The old owner.</param>
/// <param name="To">The new owner.</param>
/// <param name="OldEpoch">The epoch at which <paramref name="From"/> was owner.</param>
/// <param name="NewEpoch">The epoch of the next opening: of <paramref name="To"/>, or of <paramref name="From"/> when reopening.</param>
/// <param name="Phase">The step about to be done.</param>
/// <param name="Position">The old owner's last position, known after the fence.</param>
/// <param name="Keys">The highest keys issued, known after the fence.</param>
/// <param name="TargetStage">The stage to publish.</param>
/// <param name="TargetPercent">The canary share to publish.</param>
/// <param name="Token">The lease token of the coordinator that may write this entry.</param>
/// <param name="StartedAt">When writes began to wait.</param>
/// <param name="Outcome">Null while the switch is unfinished.</param>
/// <param name="Error">Why it was aborted, or what is being retried.</param>
internal sealed record SwitchEntry(
    long Id,
    string Module,
    Side From,
    Side To,
    long OldEpoch,
    long NewEpoch,
    SwitchPhase Phase,
    long Position,
    IReadOnlyDictionary<string, long> Keys,
    Stage TargetStage,
    int TargetPercent,
    long Token,
    DateTimeOffset StartedAt,
    SwitchOutcome? Outcome,
    string? Error);
