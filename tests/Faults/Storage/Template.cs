using TestKit.Databases;
using TestKit.Processes;

namespace Faults.Storage;

/// <summary>A small shop whose catalog stands before the switch, made once: every seed starts from a copy of its databases.</summary>
internal abstract class Template : IAsyncDisposable
{
    public const int Products = 60;

    public static Task<Template> MakeAsync(string provider = TestDatabase.Sqlite) => provider == TestDatabase.PostgreSql ? PostgresTemplate.MakeAsync() : SqliteTemplate.MakeAsync();

    /// <summary>Copies everything into a directory and databases of a run's own.</summary>
    /// <param name="directory">The run's, where the keys go, and logs of all kinds.</param>
    /// <param name="smallDisk">The side whose database is to lie on a disk that can be filled, or null.</param>
    public abstract Task<IShopDatabases> CopyAsync(string directory, string? smallDisk);

    public abstract ValueTask DisposeAsync();

    /// <summary>Takes a new system to the last stage before the switch.</summary>
    /// <returns>Once all of its processes have ended in order, so that every lease is given back and every file is whole.</returns>
    protected static async Task PrepareAsync(StranglerSystemOptions options, Action<string> keep)
    {
        await using var system = await StranglerSystem.StartAsync(options);
        foreach (var (stage, percent) in new (string, int?)[] { ("Syncing", null), ("Shadow", null), ("Canary", 100) })
            await system.Admin.AdvanceWhenAllowedAsync("catalog", stage, percent, force: stage == "Canary", limit: TimeSpan.FromMinutes(3));
        foreach (var process in system.Processes) await process.StopAsync();
        keep(system.Data);
    }

    protected static void Copy(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target, overwrite: true);
        }
    }
}
