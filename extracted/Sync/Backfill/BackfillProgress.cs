using System.Data.Common;
using Sync.Databases;

namespace Sync.Backfill;

/// <summary>How far the backfill of a module is. It goes on behind the last key of the entity it was at.</summary>
internal sealed record BackfillProgress(string State, long Epoch, string? Entity, string? After, long Rows, long Total, long Milliseconds, long Started, long? Finished, string? Error)
{
    public const string Running = "running";
    public const string Complete = "complete";
    public const string Failed = "failed";

    public double RowsPerSecond => Milliseconds > 0 ? Math.Round(Rows * 1000d / Milliseconds, 1) : 0;

    public static async Task<BackfillProgress?> ReadAsync(SyncDatabase database, DbConnection connection, DbTransaction? transaction, string module, CancellationToken cancellationToken) =>
        (await connection.Command(transaction, database.Sql.ReadBackfill, ("@module", module)).ListAsync(
            row => new BackfillProgress(
                row.GetString(0), row.GetInt64(1), Text(row, 2), Text(row, 3), row.GetInt64(4), row.GetInt64(5), row.GetInt64(6), row.GetInt64(7),
                row.IsDBNull(8) ? null : row.GetInt64(8), Text(row, 9)),
            cancellationToken)).FirstOrDefault();

    public Task SaveAsync(SyncDatabase database, DbConnection connection, DbTransaction? transaction, string module, CancellationToken cancellationToken) =>
        connection.Command(transaction, database.Sql.SaveBackfill,
            ("@module", module), ("@state", State), ("@epoch", Epoch), ("@entity", Entity), ("@after", After), ("@rows", Rows), ("@total", Total),
            ("@milliseconds", Milliseconds), ("@started", Started), ("@finished", Finished), ("@error", Error)).RunAsync(cancellationToken);

    private static string? Text(DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);
}
