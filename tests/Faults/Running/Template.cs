using TestKit;
using TestKit.Processes;

namespace Faults.Running;

/// <summary>A small shop whose catalog stands before the switch, made once: every seed starts from a copy of its files.</summary>
internal sealed class Template : IDisposable
{
    public const int Products = 60;
    private readonly TemporaryDirectory _directory = new();

    private Template()
    {
    }

    public static async Task<Template> MakeAsync()
    {
        var template = new Template();
        await using var system = await StranglerSystem.StartAsync(new StranglerSystemOptions { Environment = new Dictionary<string, string> { ["Seed__Products"] = $"{Products}" } });
        foreach (var (stage, percent) in new (string, int?)[] { ("Syncing", null), ("Shadow", null), ("Canary", 100) })
            await system.Admin.AdvanceWhenAllowedAsync("catalog", stage, percent, force: stage == "Canary");
        // Ended in order, so that every lease is given back and every file is whole.
        foreach (var process in system.Processes) await process.StopAsync();
        Copy(system.Data, template._directory.Path);
        return template;
    }

    /// <summary>Copies databases and keys into a directory.</summary>
    public void CopyTo(string directory) => Copy(_directory.Path, directory);

    public void Dispose() => _directory.Dispose();

    private static void Copy(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target, overwrite: true);
        }
    }
}
