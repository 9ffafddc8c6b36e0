namespace Strangler.Stages.Sides;

/// <summary>Why a side has no good answer.</summary>
/// <param name="Seen">What was seen.</param>
/// <param name="Fix">What to do about it.</param>
internal sealed record SideFault(string Seen, string Fix);
