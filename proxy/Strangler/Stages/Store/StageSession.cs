using System.Data.Common;

namespace Strangler.Stages.Store;

/// <summary>One connection, in a transaction or not, for the length of one piece of work.</summary>
internal sealed class StageSession(DbConnection connection, DbTransaction? transaction)
{
    /// <summary>Runs a statement and returns the number of rows it changed.</summary>
    public async Task<int> RunAsync(string sql, (string Name, object? Value)[] parameters, CancellationToken cancellation)
    {
        var command = Command(sql, parameters);
        await using (command.ConfigureAwait(false)) return await command.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>Runs a query.</summary>
    public async Task<List<T>> QueryAsync<T>(string sql, Func<DbDataReader, T> read, (string Name, object? Value)[] parameters, CancellationToken cancellation)
    {
        var command = Command(sql, parameters);
        await using (command.ConfigureAwait(false))
        {
            var reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                var rows = new List<T>();
                while (await reader.ReadAsync(cancellation).ConfigureAwait(false)) rows.Add(read(reader));
                return rows;
            }
        }
    }

    /// <summary>A statement that is ready to run; the caller disposes of it.</summary>
    public DbCommand Command(string sql, (string Name, object? Value)[] parameters)
    {
        var command = connection.CreateCommand();
        command.Transaction = transaction;
#pragma warning disable CA2100 // Every text is a constant of this folder or an embedded script; values are parameters.
        command.CommandText = sql;
#pragma warning restore CA2100
        foreach (var (name, value) in parameters)
        {
            var parameter = command.CreateParameter();
            (parameter.ParameterName, parameter.Value) = (name, value ?? DBNull.Value);
            command.Parameters.Add(parameter);
        }

        return command;
    }
}
