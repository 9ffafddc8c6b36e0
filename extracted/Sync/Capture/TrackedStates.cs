using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;

namespace Sync.Capture;

/// <summary>
/// What a context knew of its rows before a save. Entity Framework holds them for saved before the outbox rows are written and the transaction is committed; when either
/// fails, nothing is stored, and the context must know it: the next save would have nothing to do, and say that all went well.
/// </summary>
internal sealed class TrackedStates
{
    private readonly DbContext _context;
    private readonly List<Row> _rows = [];

    public TrackedStates(DbContext context, IEnumerable<EntityEntry> changed)
    {
        _context = context;
        foreach (var entry in changed)
        {
            _rows.Add(new Row(
                entry.Entity,
                entry.State,
                entry.State == EntityState.Added ? null : entry.OriginalValues.Clone(),
                [.. entry.Properties.Where(property => property.IsModified).Select(property => property.Metadata.Name)],
                [.. entry.Properties.Where(property => property.IsTemporary).Select(property => property.Metadata.Name)]));
        }
    }

    public void Restore()
    {
        var detects = _context.ChangeTracker.AutoDetectChangesEnabled;
        _context.ChangeTracker.AutoDetectChangesEnabled = false;
        try
        {
            foreach (var row in _rows)
            {
                var entry = _context.Entry(row.Entity);
                entry.State = row.State == EntityState.Modified ? EntityState.Unchanged : row.State;
                if (row.Original is not null) entry.OriginalValues.SetValues(row.Original);
                foreach (var name in row.Modified) entry.Property(name).IsModified = true;
                // The database is to make these again: what it made has gone with the transaction.
                foreach (var name in row.Temporary) entry.Property(name).IsTemporary = true;
            }
        }
        finally
        {
            _context.ChangeTracker.AutoDetectChangesEnabled = detects;
        }
    }

    private sealed record Row(object Entity, EntityState State, PropertyValues? Original, IReadOnlyList<string> Modified, IReadOnlyList<string> Temporary);
}
