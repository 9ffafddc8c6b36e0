using Strangler.Stages;

namespace Strangler.Tests.Stages.Model;

/// <summary>Something that an operator, a client, a side or the network does. All of it makes sense at any time, so that any part of a sequence is a sequence.</summary>
internal abstract record StageCommand;

/// <summary>An operator asks one of two proxies; where a point is named, that coordinator dies there.</summary>
internal abstract record Ask(int Proxy, string? CrashAt) : StageCommand;

internal sealed record Advance(Stage? To, int? Percent, bool Force, int Proxy, string? CrashAt) : Ask(Proxy, CrashAt);

internal sealed record Rollback(Stage? To, int Proxy, string? CrashAt) : Ask(Proxy, CrashAt);

internal sealed record Hold(Stage? At, int Proxy) : Ask(Proxy, null);

/// <summary>The next calls of one kind to a side go wrong, in the way that <see cref="FakeSide.Fault"/> calls so.</summary>
internal sealed record Fail(Side Side, string Call, string How, int Times) : StageCommand;

/// <summary>A call that was made before comes late, or again.</summary>
internal sealed record Earlier(Side Side, int Number) : StageCommand;

internal sealed record ClientWrites(Side Side) : StageCommand;

/// <summary>Changes stay in the side's outbox, or go again.</summary>
internal sealed record Deliveries(Side Side, bool Stopped) : StageCommand;

internal sealed record Parked(Side Side, int Count) : StageCommand;

internal sealed record Differences(int Count) : StageCommand;

internal sealed record BackfillFailed : StageCommand;

internal sealed record Detached(bool Enabled) : StageCommand;

/// <summary>A coordinator of another machine took the module's lease and was never heard of again.</summary>
internal sealed record OtherCoordinatorVanishes : StageCommand;

/// <summary>The proxies' state is gone, and they start anew.</summary>
internal sealed record StateLost : StageCommand;
