using System.Globalization;

namespace Benchmarks;

/// <summary>What a process and everything below it keep in memory, from <c>/proc</c>.</summary>
internal static class ProcessMemory
{
    /// <summary>Resident megabytes; pages shared between the processes count once for each of them.</summary>
    public static double OfTree(int root)
    {
        if (!OperatingSystem.IsLinux()) return double.NaN;
        var children = Directory.EnumerateDirectories("/proc")
            .Select(static d => int.TryParse(Path.GetFileName(d), CultureInfo.InvariantCulture, out var pid) ? pid : 0)
            .Where(static pid => pid > 0)
            .ToLookup(ParentOf);
        return Below(root).Sum(Resident);

        IEnumerable<int> Below(int pid) => children[pid].SelectMany(Below).Prepend(pid);
    }

    /// <summary>What one process has resident now, in megabytes.</summary>
    public static double Resident(int pid) => OperatingSystem.IsLinux() ? Kilobytes(pid, "VmRSS:") / 1024.0 : double.NaN;

    /// <summary>The most that a process has had resident since its start, in megabytes.</summary>
    public static double Peak(int pid) => OperatingSystem.IsLinux() ? Kilobytes(pid, "VmHWM:") / 1024.0 : double.NaN;

    private static int ParentOf(int pid)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            // Ended meanwhile.
            return 0;
        }
    }


    private static long Kilobytes(int pid, string field)
    {
        try
        {
            var line = File.ReadLines($"/proc/{pid}/status").FirstOrDefault(l => l.StartsWith(field, StringComparison.Ordinal));
            return line is null ? 0 : long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
