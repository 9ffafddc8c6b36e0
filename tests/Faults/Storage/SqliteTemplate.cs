using TestKit;
using TestKit.Processes;

namespace Faults.Storage;

/// <summary>Files.</summary>
internal sealed class SqliteTemplate : Template
{
    private readonly TemporaryDirectory _directory = new();

    private SqliteTemplate()
    {
    }

    public static async Task<Template> MakeAsync()
    {
        var template = new SqliteTemplate();
        await PrepareAsync(new StranglerSystemOptions { Environment = new Dictionary<string, string> { ["Seed__Products"] = $"{Products}" } }, data => Copy(data, template._directory.Path));
        return template;
    }

    public override Task<IShopDatabases> CopyAsync(string directory, string? smallDisk)
    {
        Copy(_directory.Path, directory);
        return Task.FromResult<IShopDatabases>(new SqliteDatabases(directory, smallDisk));
    }

    public override ValueTask DisposeAsync()
    {
        _directory.Dispose();
        return ValueTask.CompletedTask;
    }
}
