using Strangler.Cli.Running;

namespace Strangler.Cli.Rehearse.Faults;

/// <summary>What a rehearsal does to the system.</summary>
[Flags]
internal enum FaultKinds
{
    None = 0,

    /// <summary>Processes are killed and started again.</summary>
    Kill = 1,

    /// <summary>What the sides send each other is delayed.</summary>
    Slow = 2,

    /// <summary>Connections between the sides are cut.</summary>
    Drop = 4,
}

/// <summary>Reads the option <c>--faults</c>.</summary>
internal static class FaultOption
{
    public static FaultKinds Read(string? text)
    {
        var kinds = FaultKinds.None;
        foreach (var name in (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            kinds |= name switch
            {
                "kill" => FaultKinds.Kill,
                "slow" => FaultKinds.Slow,
                "drop" => FaultKinds.Drop,
                _ => throw new CommandFailure($"--faults {name}: there is no such fault. Use kill, slow and drop, with commas between them.", ExitCode.WrongUse),
            };
        }

        return kinds;
    }

    public static string Write(FaultKinds kinds) => string.Join(",", new[] { FaultKinds.Kill, FaultKinds.Slow, FaultKinds.Drop }
        .Where(k => kinds.HasFlag(k)).Select(static k => k.ToString().ToLowerInvariant()));
}
