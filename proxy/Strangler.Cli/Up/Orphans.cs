namespace Strangler.Cli.Up;

/// <summary>Children of an earlier <c>up</c> that was killed before it could stop them.</summary>
internal static class Orphans
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    /// <summary>Stops those that the record names and that are still the same processes; touches no other.</summary>
    public static async Task<IReadOnlyList<string>> StopAsync(UpState? earlier, CancellationToken cancellation)
    {
        var left = (earlier?.Processes ?? []).Where(ProcessIdentity.IsStill).ToList();
        foreach (var process in left) Signal.AskToEnd(process.Pid);
        if (!await GoneAsync(left, Grace, cancellation))
        {
            foreach (var process in left.Where(ProcessIdentity.IsStill)) Signal.End(process.Pid);
            await GoneAsync(left, Grace, cancellation);
        }

        return [.. left.Select(static p => $"{p.Name} ({p.Pid})")];
    }

    private static async Task<bool> GoneAsync(List<RunningProcess> processes, TimeSpan limit, CancellationToken cancellation)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (processes.Exists(ProcessIdentity.IsStill))
        {
            if (TimeProvider.System.GetElapsedTime(started) > limit) return false;
            await Task.Delay(TimeSpan.FromMilliseconds(20), cancellation);
        }

        return true;
    }
}
