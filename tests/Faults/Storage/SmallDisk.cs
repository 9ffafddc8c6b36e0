using System.Diagnostics;

namespace Faults.Storage;

/// <summary>A disk of a few megabytes, made of memory, that can be filled to its last byte. Making one takes root on Linux.</summary>
internal sealed class SmallDisk : IDisposable
{
    private const int Megabytes = 24;
    private readonly string _path;

    private SmallDisk(string path) => _path = path;

    /// <summary>Why there is none here, or null when there can be.</summary>
    public static string? Missing => !OperatingSystem.IsLinux() ? "a full disk needs Linux's tmpfs"
        : Environment.UserName != "root" ? "a full disk needs root, to mount a small tmpfs"
        : null;

    /// <summary>Mounts one over an empty directory, or returns null where that is not allowed.</summary>
    public static SmallDisk? TryMount(string path)
    {
        if (Missing is not null) return null;
        Directory.CreateDirectory(path);
        return Run("mount", "-t", "tmpfs", "-o", $"size={Megabytes}m", "tmpfs", path) ? new SmallDisk(path) : null;
    }

    /// <summary>Takes all room that is left, until disposed.</summary>
    public IDisposable Fill()
    {
        var ballast = Path.Combine(_path, "ballast");
        var block = new byte[64 * 1024];
        using (var file = new FileStream(ballast, FileMode.Create, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0))
        {
            for (var size = block.Length; size >= 512; size /= 2)
            {
                try
                {
                    while (true) file.Write(block, 0, size);
                }
                catch (IOException)
                {
                    // No room for a piece of this size: a smaller one may fit.
                }
            }
        }

        return new Ballast(ballast);
    }

    public void Dispose() => Run("umount", "-l", _path);

    private static bool Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode == 0;
    }

    private sealed class Ballast(string file) : IDisposable
    {
        public void Dispose() => File.Delete(file);
    }
}
