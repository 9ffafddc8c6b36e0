using Strangler.Stages.Store;

namespace Strangler.Stages.Switching;

/// <summary>How far one coordinator is with one switch: what it has written last, and what it measures.</summary>
internal sealed class SwitchProgress(SwitchEntry entry, ModuleState state, AuditEntry audit, bool resumed)
{
    /// <summary>The journal entry as written last.</summary>
    public SwitchEntry Entry { get; set; } = entry;

    /// <summary>The state as published last.</summary>
    public ModuleState State { get; set; } = state;

    public AuditEntry Audit { get; } = audit;

    /// <summary>True when an earlier coordinator may have done a part of the step that is to be done next.</summary>
    public bool Resumed { get; } = resumed;

    /// <summary>When writes began to be held, by this process's clock; null when another process began.</summary>
    public long? Begun { get; init; }

    /// <summary>When this coordinator began to drive.</summary>
    public long Driven { get; set; }

    /// <summary>How long writes were held.</summary>
    public TimeSpan? Pause { get; set; }

    /// <summary>The failure that was logged last, so that each is logged once.</summary>
    public string? Reported { get; set; }
}
