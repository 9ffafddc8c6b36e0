using System.Data.Common;
using Sync.Capture;
using Sync.Databases;

namespace Sync.Inbox;

/// <summary>Writes rows of one entity with prepared commands, without a change tracker.</summary>
internal sealed class RowWriter : IDisposable
{
    private readonly TableMap _table;
    private readonly DbCommand _upsert;
    private readonly DbCommand _delete;

    public RowWriter(IDialect dialect, DbConnection connection, DbTransaction transaction, TableMap table)
    {
        _table = table;
        var updated = table.Columns.Where(column => column.Name != table.KeyColumn && !column.Kept).Select(column => column.Name).ToArray();
        _upsert = connection.Command(transaction, dialect.Upsert(table.Table, table.KeyColumn, [.. table.Columns.Select(column => column.Name)], updated));
        for (var index = 0; index < table.Columns.Count; index++) Add(_upsert, FormattableString.Invariant($"@p{index}"));
        _delete = connection.Command(transaction, $"DELETE FROM {dialect.Quote(table.Table)} WHERE {dialect.Quote(table.KeyColumn)} = @key");
        Add(_delete, "@key");
    }

    public void Upsert(object row)
    {
        for (var index = 0; index < _table.Columns.Count; index++)
            _upsert.Parameters[index].Value = _table.Columns[index].Read(row) ?? DBNull.Value;
        _upsert.ExecuteNonQuery();
    }

    public void Delete(object key)
    {
        _delete.Parameters[0].Value = _table.KeyToDatabase(key);
        _delete.ExecuteNonQuery();
    }

    public void Dispose()
    {
        _upsert.Dispose();
        _delete.Dispose();
    }

    private static void Add(DbCommand command, string name)
    {
        var parameter = command.CreateParameter();
        parameter.ParameterName = name;
        command.Parameters.Add(parameter);
    }
}
