using System.Data.Common;
using Catalog.Service.Data.Databases;
using Microsoft.EntityFrameworkCore;

namespace Catalog.Service.Data;

internal enum SaveOutcome
{
    Saved,

    /// <summary>Another request changed or removed the row first.</summary>
    Changed,

    /// <summary>A unique value is taken, or other rows refer to the removed one.</summary>
    Refused,
}

internal static class Saving
{
    public static async Task<SaveOutcome> TrySaveAsync(this CatalogDbContext db, CancellationToken cancellationToken)
    {
        try
        {
            await db.SaveChangesAsync(cancellationToken);
            return SaveOutcome.Saved;
        }
        catch (DbUpdateConcurrencyException)
        {
            return SaveOutcome.Changed;
        }
        catch (DbUpdateException error) when (error.InnerException is DbException database && DatabaseKind.All.Any(kind => kind.IsConstraint(database)))
        {
            return SaveOutcome.Refused;
        }
    }
}
