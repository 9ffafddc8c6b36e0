using System.Globalization;
using System.Runtime.InteropServices;
using TestKit.Processes;

namespace Docs.Tests.Commands;

/// <summary>The processes of this machine, as Linux lists them under <c>/proc</c>.</summary>
internal static partial class ProcessTable
{
    /// <summary>The process that a process started last and that still runs; 0 if there is none.</summary>
    public static int NewestChildOf(int parent)
    {
        var children = Ids().Select(id => (Id: id, Stat: StatOf(id))).Where(one => one.Stat.ElementAtOrDefault(1) == $"{parent}");
        return children.OrderBy(one => long.Parse(one.Stat[19], CultureInfo.InvariantCulture)).Select(one => one.Id).LastOrDefault();
    }

    /// <summary>Those with this variable in their environment, whatever has become of their parents.</summary>
    public static IReadOnlyList<int> WithVariable(string name, string value) =>
        [.. Ids().Where(id => ReadOf(id, "environ").Split('\0').Contains($"{name}={value}"))];

    /// <summary>Sends to a process, or to a group by its negative number. One that has ended is no error.</summary>
    public static void Send(int id, ProcessSignal signal) => _ = Kill(id, (int)signal);

    private static IEnumerable<int> Ids() =>
        Directory
            .EnumerateDirectories("/proc")
            .Select(directory => int.TryParse(Path.GetFileName(directory), CultureInfo.InvariantCulture, out var id) ? id : 0)
            .Where(id => id > 0);

    // From the state on. The command before it is in parentheses and may have blanks and parentheses itself.
    private static string[] StatOf(int id)
    {
        var stat = ReadOf(id, "stat");
        return stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
    }

    private static string ReadOf(int id, string file)
    {
        try
        {
            return File.ReadAllText($"/proc/{id}/{file}");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // It has ended, or belongs to somebody else.
            return "";
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int id, int signal);
}
