using System.Data.Common;

namespace Legacy.Web.Data.Databases;

/// <summary>One prepared insert, used for every row.</summary>
internal sealed class PreparedInsert : BulkInsert
{
    private readonly DbCommand _command;

    public PreparedInsert(DbTransaction transaction, string table, IReadOnlyList<string> columns)
    {
        _command = transaction.Connection!.CreateCommand();
        _command.Transaction = transaction;
        foreach (var (index, _) in columns.Index())
        {
            var parameter = _command.CreateParameter();
            (parameter.ParameterName, parameter.Value) = ($"@p{index}", DBNull.Value);
            _command.Parameters.Add(parameter);
        }

#pragma warning disable CA2100 // Names of tables and columns come from the seed's own code; every value is a parameter.
        _command.CommandText =
            $"INSERT INTO \"{table}\" ({string.Join(", ", columns.Select(column => $"\"{column}\""))}) VALUES ({string.Join(", ", columns.Index().Select(column => $"@p{column.Index}"))})";
#pragma warning restore CA2100
        _command.Prepare();
    }

    public override void Add(params ReadOnlySpan<object> values)
    {
        for (var index = 0; index < values.Length; index++) _command.Parameters[index].Value = values[index];
        _command.ExecuteNonQuery();
    }

    protected override void Finish() => _command.Dispose();
}
