using System.Data;
using System.Data.Common;
using System.Globalization;
using Faults.History;

namespace Faults.Storage;

/// <summary>What is asked of a side's database is the same on all of them.</summary>
internal abstract class SideDatabase(string side) : ISideDatabase
{
    private readonly Lock _looking = new();
    private DbConnection? _watch;

    /// <summary>The side's own name for the products' table.</summary>
    protected string Table => side == "legacy" ? "catalog_products" : "products";

    public IReadOnlyList<Row> Products() => Read(
        Open(), $"""SELECT "Id", "Sku", "Name", "Price", "Version" FROM {Table} ORDER BY "Id" """,
        static r => new Row(r.GetInt32(0), r.GetString(1), r.GetString(2), r.GetInt64(3), r.GetInt32(4)));

    public OwnershipRow? Ownership()
    {
        lock (_looking)
        {
            try
            {
                if (_watch is not { State: ConnectionState.Open })
                {
                    _watch?.Dispose();
                    _watch = Open();
                }

                return Read(_watch, "SELECT state, epoch FROM sync_ownership WHERE module = 'catalog'", r => new OwnershipRow(side, r.GetString(0), r.GetInt64(1)), keep: true) is [var row] ? row : null;
            }
            catch (DbException)
            {
                // Locked, full, or gone: another look follows, on a new connection.
                _watch?.Dispose();
                _watch = null;
                return null;
            }
        }
    }

    public (long Waiting, long Parked) Backlog() =>
        Read(Open(), "SELECT COUNT(*), COALESCE(SUM(state), 0) FROM sync_delivery", static r => (r.GetInt64(0), Convert.ToInt64(r.GetValue(1), CultureInfo.InvariantCulture)))[0];

    public abstract IDisposable Lock();

    public abstract IDisposable? Fill();

    public abstract bool Disconnect();

    public void Dispose()
    {
        _watch?.Dispose();
    }

    /// <summary>An open connection for looking.</summary>
    protected abstract DbConnection Open();

    private static List<T> Read<T>(DbConnection connection, string sql, Func<DbDataReader, T> row, bool keep = false)
    {
        try
        {
            using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Constants of this class.
            command.CommandText = sql;
#pragma warning restore CA2100
            command.CommandTimeout = 2;
            using var reader = command.ExecuteReader();
            var rows = new List<T>();
            while (reader.Read()) rows.Add(row(reader));
            return rows;
        }
        finally
        {
            if (!keep) connection.Dispose();
        }
    }
}
