using System.Data.Common;

namespace Legacy.Web.Data;

/// <summary>One prepared insert used for many rows inside the caller's transaction.</summary>
public sealed class BulkInsert : IDisposable
{
    private readonly DbCommand _command;

    private BulkInsert(DbCommand command) => _command = command;

    public static BulkInsert Into(DbTransaction transaction, string table, params ReadOnlySpan<string> columns)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        var command = transaction.Connection!.CreateCommand();
        command.Transaction = transaction;
        var names = new List<string>();
        var parameters = new List<string>();
        foreach (var column in columns)
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = $"@p{names.Count}";
            // The provider learns the type with the first row; a value of some kind is needed to prepare.
            parameter.Value = DBNull.Value;
            command.Parameters.Add(parameter);
            names.Add($"\"{column}\"");
            parameters.Add(parameter.ParameterName);
        }

#pragma warning disable CA2100 // Names of tables and columns come from the seed's own code; every value is a parameter.
        command.CommandText = $"INSERT INTO \"{table}\" ({string.Join(", ", names)}) VALUES ({string.Join(", ", parameters)})";
#pragma warning restore CA2100
        command.Prepare();
        return new BulkInsert(command);
    }

    public void Add(params ReadOnlySpan<object?> values)
    {
        for (var index = 0; index < values.Length; index++) _command.Parameters[index].Value = values[index] ?? DBNull.Value;
        _command.ExecuteNonQuery();
    }

    public void Dispose() => _command.Dispose();
}
