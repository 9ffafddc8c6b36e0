using System.Data.Common;
using Sync.Capture;
using Sync.Databases;

namespace Sync.Inbox;

/// <summary>The statements that write rows of one entity, without a change tracker. Each is to be run, or copied, before the next of its kind is asked for.</summary>
internal sealed class RowWriter : IDisposable
{
    private readonly TableMap _table;
    private readonly DbCommand _upsert;
    private readonly DbCommand _delete;
    private readonly Lazy<DbCommand> _vacate;

    public RowWriter(IDialect dialect, DbConnection connection, DbTransaction transaction, TableMap table)
    {
        _table = table;
        _upsert = connection.Command(transaction, dialect.Upsert(table));
        for (var index = 0; index < table.Columns.Count; index++) table.Columns[index].AddParameter(_upsert, FormattableString.Invariant($"@p{index}"));
        _delete = connection.Command(transaction, $"DELETE FROM {dialect.Name(table)} WHERE {dialect.Quote(table.KeyColumn)} = @key");
        table.Key.AddParameter(_delete, "@key");
        _vacate = new(() =>
        {
            var values = table.Unique.Select((column, index) => FormattableString.Invariant($"{dialect.Quote(column.Name)} = @p{index}"));
            var vacate = connection.Command(transaction, $"UPDATE {dialect.Name(table)} SET {string.Join(", ", values)} WHERE {dialect.Quote(table.KeyColumn)} = @key");
            for (var index = 0; index < table.Unique.Count; index++) table.Unique[index].AddParameter(vacate, FormattableString.Invariant($"@p{index}"));
            table.Key.AddParameter(vacate, "@key");
            return vacate;
        });
    }

    public DbCommand Upsert(object row)
    {
        for (var index = 0; index < _table.Columns.Count; index++)
            _upsert.Parameters[index].Value = _table.Columns[index].Read(row) ?? DBNull.Value;
        return _upsert;
    }

    public DbCommand Delete(object key)
    {
        _delete.Parameters[0].Value = _table.KeyToDatabase(key);
        return _delete;
    }

    public DbCommand Vacate(object key)
    {
        for (var index = 0; index < _table.Unique.Count; index++) _vacate.Value.Parameters[index].Value = SpareValue.For(_table.Unique[index].Property);
        _vacate.Value.Parameters[_table.Unique.Count].Value = _table.KeyToDatabase(key);
        return _vacate.Value;
    }

    public void Dispose()
    {
        _upsert.Dispose();
        _delete.Dispose();
        if (_vacate.IsValueCreated) _vacate.Value.Dispose();
    }
}
