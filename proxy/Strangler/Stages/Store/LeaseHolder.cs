using System.Globalization;

namespace Strangler.Stages.Store;

/// <summary>
/// The name under which a process holds leases: boot, process id space, process and its start, so that on the same machine the leases of a
/// killed proxy need not run out before another one finishes its work while writes wait. The start is in ticks since the boot, as a clock
/// may be set while processes live. Where the system does not tell all of it, leases only run out.
/// </summary>
internal static class LeaseHolder
{
    private const int StartField = 22;
    private static readonly string? Space = DescribeSpace();
    private static readonly string Process = Space is { } space && Started(Environment.ProcessId) is { } started
        ? string.Create(CultureInfo.InvariantCulture, $"{space}|{Environment.ProcessId}|{started}")
        : Environment.MachineName;

    /// <summary>A new holder in this process.</summary>
    public static string New() => $"{Process}|{Guid.NewGuid():N}";

    /// <summary>True when the holder was a process of this machine, and of those that can be seen from here, that is gone.</summary>
    public static bool IsKnownDead(string holder)
    {
        var parts = holder.Split('|');
        if (parts.Length != 5 || Space is null || $"{parts[0]}|{parts[1]}" != Space) return false;
        if (!int.TryParse(parts[2], CultureInfo.InvariantCulture, out var id) || !ulong.TryParse(parts[3], CultureInfo.InvariantCulture, out var started)) return false;
        if (id == Environment.ProcessId) return false;
        return Started(id) is { } seen ? seen != started : IsGone(id);
    }

    // The start in clock ticks since the boot; null when the process is gone or may not be looked at.
    private static ulong? Started(int id)
    {
        try
        {
            var stat = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{id}/stat"));
            // The second field, the command in parentheses, may hold blanks and parentheses itself; the third follows the last one.
            var fields = stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            return fields.Length > StartField - 3 && ulong.TryParse(fields[StartField - 3], CultureInfo.InvariantCulture, out var ticks) ? ticks : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    // Asked of the system itself: /proc may hide the processes of other users.
    private static bool IsGone(int id)
    {
        try
        {
            using var process = System.Diagnostics.Process.GetProcessById(id);
            return false;
        }
        catch (ArgumentException)
        {
            return true;
        }
    }

    private static string? DescribeSpace()
    {
        try
        {
            // A /proc of another process id space would speak of other processes.
            if (new DirectoryInfo("/proc/self").LinkTarget != Environment.ProcessId.ToString(CultureInfo.InvariantCulture)) return null;
            return new FileInfo("/proc/self/ns/pid").LinkTarget is { } space ? $"{File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim()}|{space}" : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
