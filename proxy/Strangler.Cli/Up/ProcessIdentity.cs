using System.Diagnostics;
using System.Globalization;

namespace Strangler.Cli.Up;

/// <summary>Tells a process from a later one that was given the same id.</summary>
internal static class ProcessIdentity
{
    /// <summary>When the process started, in a form that no other process of that id has; null when it is gone.</summary>
    public static string? Of(int pid)
    {
        try
        {
            if (OperatingSystem.IsLinux())
            {
                // Field 22 of stat counts clock ticks since the start of the machine, so the boot belongs to it.
                // The second field is the name in parentheses and may itself hold spaces and parentheses.
                var stat = File.ReadAllText($"/proc/{pid}/stat");
                var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
                return fields[0] == "Z" ? null : $"{File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim()}/{fields[19]}";
            }

            using var process = Process.GetProcessById(pid);
            return process.HasExited ? null : process.StartTime.ToUniversalTime().ToString("O", CultureInfo.InvariantCulture);
        }
        catch (Exception error) when (error is IOException or ArgumentException or InvalidOperationException or UnauthorizedAccessException or System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    /// <summary>True when the recorded process still runs.</summary>
    public static bool IsStill(RunningProcess recorded) => Of(recorded.Pid) is { } now && now == recorded.Started;
}
