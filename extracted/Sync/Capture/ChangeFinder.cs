using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;

namespace Sync.Capture;

/// <summary>Finds in a context's change tracker what a save will change of the declared entities.</summary>
internal static class ChangeFinder
{
    /// <returns>Upserts parents first, then deletions children first: the order in which another database can apply them.</returns>
    public static List<PendingChange> Find(ModuleMap module, IEnumerable<EntityEntry> entries)
    {
        var found = new Dictionary<object, PendingChange>(ReferenceEqualityComparer.Instance);
        foreach (var entry in entries)
        {
            if (entry.State is not (EntityState.Added or EntityState.Modified or EntityState.Deleted)) continue;
            var row = RowOf(entry);
            if (row is null || module.Find(row.Metadata.ClrType) is not { } map || found.ContainsKey(row.Entity)) continue;
            if (row.State == EntityState.Deleted)
                found[row.Entity] = new PendingChange(map, null, false, map.KeyOf(row.Entity));
            else if (row != entry || row.State == EntityState.Added || Differs(map, row))
                found[row.Entity] = new PendingChange(map, row.Entity, row.State == EntityState.Added, null);
        }

        return [.. found.Values.OrderBy(change => change.Row is null ? int.MaxValue - change.Map.Order : change.Map.Order)];
    }

    /// <summary>The row that the entry's values belong to: an owned value is a part of its owner's row.</summary>
    private static EntityEntry? RowOf(EntityEntry entry)
    {
        var row = entry;
        while (row.Metadata.FindOwnership() is { } ownership)
        {
            var key = ownership.Properties.Select(property => row!.Property(property).CurrentValue).ToArray();
            var owner = row.Context.ChangeTracker.Entries().FirstOrDefault(candidate =>
                candidate.Metadata == ownership.PrincipalEntityType
                && ownership.PrincipalKey.Properties.Select(property => candidate.Property(property).CurrentValue).SequenceEqual(key));
            if (owner is null) return null;
            row = owner;
        }

        return row;
    }

    /// <summary>False when only values that the message does not carry have changed.</summary>
    private static bool Differs(EntityMap map, EntityEntry row)
    {
        var hasParts = row.Metadata.GetNavigations().Any(navigation => navigation.TargetEntityType.IsOwned()) || row.Metadata.GetComplexProperties().Any();
        if (hasParts) return true;
        // After Update(detached) the original values equal the current ones, but EF Core writes them: what counts is the mark.
        if (row.Properties.Any(property => property.IsModified && !map.Kept.Contains(property.Metadata.Name))) return true;
        return !map.WriteChanged(row.OriginalValues.ToObject()).AsSpan().SequenceEqual(map.WriteChanged(row.Entity));
    }
}
