using System.Text.Json;
using Strangler.Cli.Running;

namespace Strangler.Cli.Up;

/// <summary>What runs, as written to <c>up.json</c> in the data directory: the other commands find the proxy by it, and the next <c>up</c> finds orphans.</summary>
internal sealed record UpState(int Pid, string PublicUrl, string AdminUrl, string KeyFile, IReadOnlyList<RunningProcess> Processes)
{
    /// <summary>Distinguishes this <c>up</c> from a later process with the same id; see <see cref="ProcessIdentity"/>.</summary>
    public string? Started { get; init; }

    /// <summary>Where this <c>up</c> takes commands; null while it starts.</summary>
    public string? Control { get; init; }

    /// <summary>False when <c>up</c> was killed: its file then stays behind.</summary>
    public bool IsAlive() => Started is not null && ProcessIdentity.Of(Pid) == Started;

    public static UpState? Read(string file)
    {
        try
        {
            return File.Exists(file) ? JsonSerializer.Deserialize<UpState>(File.ReadAllText(file), Json.Options) : null;
        }
        catch (JsonException)
        {
            // Without a record nothing may be stopped; the ports' check names what is still in the way.
            return null;
        }
    }

    public void Write(string file)
    {
        File.WriteAllText(file + ".new", Json.Write(this));
        File.Move(file + ".new", file, overwrite: true);
    }
}

/// <summary>A started process. <c>Started</c> distinguishes it from a later process with the same id; see <see cref="ProcessIdentity"/>.</summary>
internal sealed record RunningProcess(string Name, int Pid, string Started, string Url);
