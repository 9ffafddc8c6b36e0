namespace Strangler.Cli.Running;

/// <summary>What belongs to a directory and all below it.</summary>
internal static class Upwards
{
    /// <summary>The file of this relative path in the directory, or else in the nearest one above that has it; null when none has.</summary>
    public static string? Find(string from, string file)
    {
        for (var directory = new DirectoryInfo(from); directory is not null; directory = directory.Parent)
        {
            var path = Path.Combine(directory.FullName, file);
            if (File.Exists(path)) return path;
        }

        return null;
    }
}
