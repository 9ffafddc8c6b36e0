namespace Faults.Storage;

/// <summary>A file for each side, in a directory of its own that may be a small disk, and one for the proxies.</summary>
internal sealed class SqliteDatabases : IShopDatabases
{
    private readonly string _state;
    private readonly Dictionary<string, string> _files = [];
    private readonly Dictionary<string, ISideDatabase> _sides = [];
    private readonly SmallDisk? _disk;

    public PostgresQueues? Queues => null;

    public SqliteDatabases(string directory, string? smallDisk)
    {
        _state = Path.Combine(directory, "strangler.db");
        State = new SqliteState(_state);
        foreach (var (side, name) in new[] { ("legacy", "legacy.db"), ("service", "catalog.db") })
        {
            var folder = Path.Combine(directory, side);
            var disk = side == smallDisk ? SmallDisk.TryMount(folder) : null;
            _disk ??= disk;
            Directory.CreateDirectory(folder);
            foreach (var file in Directory.GetFiles(directory, $"{name}*")) File.Move(file, Path.Combine(folder, Path.GetFileName(file)));
            _files[side] = Path.Combine(folder, name);
            _sides[side] = new SqliteSide(side, _files[side], disk);
        }
    }

    public IReadOnlyDictionary<string, ISideDatabase> Sides => _sides;

    public ProxyState State { get; }

    public IReadOnlyDictionary<string, string> SettingsOf(string process) => _files.TryGetValue(process, out var file)
        ? new Dictionary<string, string> { ["Database__ConnectionString"] = $"Data Source={file}" }
        : new Dictionary<string, string> { ["Strangler__State"] = _state };

    public Task? CrashServer() => null;

    public ValueTask DisposeAsync()
    {
        foreach (var side in _sides.Values) side.Dispose();
        _disk?.Dispose();
        return ValueTask.CompletedTask;
    }
}
