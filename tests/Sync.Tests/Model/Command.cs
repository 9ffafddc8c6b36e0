namespace Sync.Tests.Model;

/// <summary>Something that happens to the side. All numbers are absolute, so that a sequence stays what it is when parts of it are left out.</summary>
internal abstract record Command
{
    /// <summary>The same with less in it.</summary>
    public virtual IEnumerable<Command> Smaller() => [];
}

internal sealed record Deliver(IReadOnlyList<Change> Changes) : Command
{
    public override IEnumerable<Command> Smaller() => TestKit.RandomCases.Smaller(Changes, static _ => []).Where(static fewer => fewer.Length > 0).Select(static fewer => new Deliver(fewer));

    public override string ToString() => $"deliver {string.Join("; ", Changes)}";
}

/// <summary>At the same time, by two instances on one database.</summary>
internal sealed record Both(Command One, Command Other) : Command
{
    public override IEnumerable<Command> Smaller() =>
        [One, Other, .. One.Smaller().Select(less => this with { One = less }), .. Other.Smaller().Select(less => this with { Other = less })];

    public override string ToString() => $"both: {One} || {Other}";
}

internal sealed record Fence(long Epoch) : Command;

internal sealed record Open(long Epoch, bool Capture) : Command;

internal sealed record Follow(long Epoch, bool Reset, long? Expected) : Command;

internal sealed record Capture(bool Enabled, long? Expected, long? At) : Command;

internal sealed record Retire(long Epoch) : Command;

/// <summary>The side's own business changes an item, where there is one, as an owner's does.</summary>
internal sealed record Write(int Id, string Code) : Command;

/// <summary>Time goes by, and the sweeper runs.</summary>
internal sealed record Sweep(int Days) : Command;

internal sealed record Restart : Command;
