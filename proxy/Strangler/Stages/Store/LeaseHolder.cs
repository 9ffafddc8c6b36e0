using System.Diagnostics;
using System.Globalization;

namespace Strangler.Stages.Store;

/// <summary>
/// The name under which a process holds leases: machine, process and start, so that on the same machine the leases of a killed proxy
/// need not run out before another one finishes its work while writes wait.
/// </summary>
internal static class LeaseHolder
{
    private static readonly string Process = Describe();

    /// <summary>A new holder in this process.</summary>
    public static string New() => $"{Process}|{Guid.NewGuid():N}";

    /// <summary>True when the holder was a process of this machine that is gone.</summary>
    public static bool IsKnownDead(string holder)
    {
        var parts = holder.Split('|');
        if (parts.Length != 4 || parts[0] != Environment.MachineName) return false;
        if (!int.TryParse(parts[1], CultureInfo.InvariantCulture, out var id)) return false;
        try
        {
            using var process = System.Diagnostics.Process.GetProcessById(id);
            // The start time is computed from the boot time, and two readings of it differ by some milliseconds.
            return !long.TryParse(parts[2], CultureInfo.InvariantCulture, out var started) || Math.Abs(Started(process) - started) > 2_000;
        }
        catch (ArgumentException)
        {
            return true;
        }
        catch (InvalidOperationException)
        {
            return true;
        }
    }

    private static string Describe()
    {
        using var process = System.Diagnostics.Process.GetCurrentProcess();
        return $"{Environment.MachineName}|{process.Id}|{Started(process)}";
    }

    private static long Started(Process process) => new DateTimeOffset(process.StartTime).ToUnixTimeMilliseconds();
}
