using System.Security.Cryptography;
using Strangler.Cli.Running;

namespace Strangler.Cli.Up;

/// <summary>The directory that holds everything the system writes. Held by one <c>up</c> at a time.</summary>
internal sealed class DataDirectory : IDisposable
{
    private readonly FileStream _lock;

    private DataDirectory(FileStream @lock) => _lock = @lock;

    /// <summary>Makes the directory, sees that it can be written, and takes it for this process.</summary>
    public static DataDirectory Open(UpLayout layout)
    {
        try
        {
            Directory.CreateDirectory(Path.Combine(layout.Data, "logs"));
            var probe = Path.Combine(layout.Data, $".writable-{Environment.ProcessId}");
            File.WriteAllText(probe, "");
            File.Delete(probe);
            // Keys, databases and a database's password: nothing of it may be committed, wherever the directory is.
            var ignore = Path.Combine(layout.Data, ".gitignore");
            if (!File.Exists(ignore)) File.WriteAllText(ignore, "*\n");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure(
                $"The data directory {layout.Data} cannot be written: {error.Message} Name another with --data, or fix its permissions.");
        }

        try
        {
            // Released by the operating system however this process ends, so that a killed "up" leaves nothing locked.
            return new DataDirectory(new FileStream(Path.Combine(layout.Data, "up.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException)
        {
            var other = UpState.Read(layout.StateFile) is { } state ? $" (process {state.Pid}, {state.PublicUrl})" : "";
            throw new CommandFailure(
                $"Another 'strangler up' is running on {layout.Data}{other}. Stop it with Ctrl-C, or start this one with --data and --port-offset of its own.");
        }
    }

    /// <summary>Reads the secret in <paramref name="file"/>, or makes it when there is none yet. Only its owner may read the file.</summary>
    public static string Key(string file)
    {
        if (File.Exists(file) && File.ReadAllText(file).Trim() is { Length: > 0 } known) return known;
        var made = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        // Written aside and moved: a half-written key would lock the operator out of the next start.
        var aside = file + ".new";
        File.Delete(aside);
        using (var writer = new StreamWriter(aside, options)) writer.Write(made);
        File.Move(aside, file, overwrite: true);
        return made;
    }

    public void Dispose() => _lock.Dispose();
}
