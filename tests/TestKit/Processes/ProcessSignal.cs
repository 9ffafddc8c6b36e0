using System.Runtime.InteropServices;

namespace TestKit.Processes;

/// <summary>What can be sent to a child; the numbers are Linux's.</summary>
public enum ProcessSignal
{
    Interrupt = 2,
    Kill = 9,
    Terminate = 15,
    Continue = 18,
    Stop = 19,
}

internal static partial class Libc
{
    [LibraryImport("libc", EntryPoint = "kill")]
    public static partial int Kill(int pid, int signal);
}
