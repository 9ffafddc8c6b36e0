namespace Sync.Tests.Model;

/// <summary>All that a side of the module may remember: who owns it, its rows, and per key the highest version that was admitted.</summary>
internal sealed record ModelState
{
    /// <summary>How a service begins.</summary>
    public static ModelState Initial { get; } = new();

    public OwnerState State { get; init; } = OwnerState.Follower;

    public long Epoch { get; init; }

    /// <summary>False until the side is told to follow for the first time.</summary>
    public bool HasBegun => Epoch > 0;

    public long Floor { get; init; }

    public bool Capture { get; init; }

    /// <summary>Days since the beginning.</summary>
    public int Day { get; init; }

    public IReadOnlyDictionary<(string Entity, int Id), ModelRow> Rows { get; init; } = new Dictionary<(string, int), ModelRow>();

    /// <summary>Epoch, position, and the day of the removal where the key is a tombstone.</summary>
    public IReadOnlyDictionary<(string Entity, int Id), (long Epoch, long Position, int? Removed)> Versions { get; init; } = new Dictionary<(string, int), (long, long, int?)>();

    /// <summary>As <see cref="SideUnderModel.DumpAsync"/> writes it.</summary>
    public string Dump() => string.Join('\n',
    [
        $"{State.ToString().ToLowerInvariant()} {Epoch} floor {Floor} capture {(Capture ? 1 : 0)}",
        .. Rows.OrderBy(static row => row.Key).Select(static row => $"{row.Key.Entity} {row.Key.Id} {row.Value}"),
        .. Versions.OrderBy(static version => version.Key).Select(static version => $"version of {version.Key.Entity} {version.Key.Id} ({version.Value.Epoch},{version.Value.Position}){(version.Value.Removed is null ? "" : " tombstone")}"),
    ]);

    /// <summary>What keeps the rows from being in a database, or null.</summary>
    public string? Broken()
    {
        foreach (var ((entity, id), row) in Rows)
        {
            if (row.Parent is { } parent && !Rows.ContainsKey(("shelf", parent))) return $"{entity} {id} refers to shelf {parent}, which is missing";
            if (entity == "item" && Rows.Any(other => other.Key.Entity == "item" && other.Key.Id != id && other.Value.Text == row.Text)) return $"two items have the code {row.Text}";
        }

        return null;
    }
}
