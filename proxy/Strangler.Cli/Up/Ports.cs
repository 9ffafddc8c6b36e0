using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Strangler.Cli.Running;

namespace Strangler.Cli.Up;

/// <summary>Sees before the start that every port is free, and says who has it when it is not.</summary>
internal static class Ports
{
    public static void Check(UpLayout layout, UpFile file)
    {
        (int Port, string Owner, string Fix)[] wanted =
        [
            .. file.Processes.Select(p => (p.Port, $"'{p.Name}'", $"move everything with --port-offset N, or change its port in {layout.File} and its address in {layout.Plan}")),
            (new Uri(layout.PublicUrl).Port, "the public listener", "choose another with --port"),
            (new Uri(layout.AdminUrl).Port, "the admin listener", "choose another with --admin-port"),
        ];
        var problems = wanted.Select(static w => Problem(w.Port, w.Owner, w.Fix)).OfType<string>().ToList();
        if (problems.Count > 0) throw new CommandFailure(string.Join('\n', problems), document: new { error = string.Join(' ', problems) });
    }

    private static string? Problem(int port, string owner, string fix)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return null;
        }
        catch (SocketException error) when (error.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            var holder = PortHolder.Find(port) is { } found ? $" by process {found.Pid} ({found.Command})" : "";
            return $"Port {port} for {owner} is in use{holder}. Stop that process, or {fix}.";
        }
        catch (SocketException error)
        {
            return $"Port {port} for {owner} cannot be opened: {error.Message}. Choose another: {fix}.";
        }
    }
}

/// <summary>Who listens on a port, as far as this system tells.</summary>
internal static class PortHolder
{
    private const string Listening = "0A";

    public static (int Pid, string Command)? Find(int port)
    {
        if (!OperatingSystem.IsLinux()) return null;
        var sockets = Sockets("/proc/net/tcp", port).Concat(Sockets("/proc/net/tcp6", port)).Select(static inode => $"socket:[{inode}]").ToHashSet();
        if (sockets.Count == 0) return null;
        foreach (var process in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(process), out var pid) && Holds(process, sockets)) return (pid, CommandOf(process));
        }

        return null;
    }

    private static IEnumerable<string> Sockets(string table, int port)
    {
        if (!File.Exists(table)) yield break;
        foreach (var line in File.ReadLines(table).Skip(1))
        {
            // sl local_address rem_address st tx:rx tr:tm retrnsmt uid timeout inode
            var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            var local = fields[1].AsSpan(fields[1].LastIndexOf(':') + 1);
            if (fields[3] == Listening && int.Parse(local, NumberStyles.HexNumber, CultureInfo.InvariantCulture) == port) yield return fields[9];
        }
    }

    private static bool Holds(string process, HashSet<string> sockets)
    {
        try
        {
            return Directory.EnumerateFiles(Path.Combine(process, "fd")).Any(fd => File.ResolveLinkTarget(fd, returnFinalTarget: false) is { } target && sockets.Contains(Path.GetFileName(target.FullName)));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // It ended meanwhile, or belongs to another user: then it stays unnamed.
            return false;
        }
    }

    private static string CommandOf(string process)
    {
        try
        {
            var command = File.ReadAllText(Path.Combine(process, "cmdline")).Replace('\0', ' ').Trim();
            return command.Length > 120 ? command[..120] + "..." : command;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return "unknown";
        }
    }
}
