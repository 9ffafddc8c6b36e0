using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Strangler.Cli.Up;

/// <summary>Asks a process to end, so that it can finish its requests and close its database.</summary>
internal static partial class Signal
{
    private const int Terminate = 15;

    /// <summary>Sends SIGTERM; on Windows, which has no such thing for a process without a window, ends the process.</summary>
    public static void AskToEnd(int pid)
    {
        if (OperatingSystem.IsWindows()) End(pid);
        else _ = Kill(pid, Terminate);
    }

    /// <summary>Ends the process and what it started, at once.</summary>
    public static void End(int pid)
    {
        try
        {
            using var process = Process.GetProcessById(pid);
            process.Kill(entireProcessTree: true);
        }
        catch (Exception error) when (error is ArgumentException or InvalidOperationException or System.ComponentModel.Win32Exception or NotSupportedException)
        {
            // Gone already, which is what was wanted.
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int pid, int signal);
}
