using System.Data.Common;

namespace Sync.Databases;

/// <summary>Commands in one line each. Used for sync's own statements only, which no interceptor of EF Core sees.</summary>
internal static class SqlCommands
{
    public static DbCommand Command(this DbConnection connection, DbTransaction? transaction, string sql, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        command.Transaction = transaction;
        foreach (var (name, value) in parameters)
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = name;
            parameter.Value = value ?? DBNull.Value;
            command.Parameters.Add(parameter);
        }

        return command;
    }

    public static int Run(this DbConnection connection, DbTransaction? transaction, string sql, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        using var command = connection.Command(transaction, sql, parameters);
        return command.ExecuteNonQuery();
    }

    public static object? Scalar(this DbConnection connection, DbTransaction? transaction, string sql, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        using var command = connection.Command(transaction, sql, parameters);
        return command.ExecuteScalar();
    }

    public static Task<int> RunAsync(this DbCommand command, CancellationToken cancellationToken) =>
        command.WithAsync(static (command, cancellationToken) => command.ExecuteNonQueryAsync(cancellationToken), cancellationToken);

    public static Task<object?> ScalarAsync(this DbCommand command, CancellationToken cancellationToken) =>
        command.WithAsync(static (command, cancellationToken) => command.ExecuteScalarAsync(cancellationToken), cancellationToken);

    public static Task<List<T>> ListAsync<T>(this DbCommand command, Func<DbDataReader, T> read, CancellationToken cancellationToken) => command.WithAsync(
        async (command, cancellationToken) =>
        {
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            var rows = new List<T>();
            while (await reader.ReadAsync(cancellationToken)) rows.Add(read(reader));
            return rows;
        },
        cancellationToken);

    private static async Task<T> WithAsync<T>(this DbCommand command, Func<DbCommand, CancellationToken, Task<T>> run, CancellationToken cancellationToken)
    {
        await using (command)
        {
            try
            {
                return await run(command, cancellationToken);
            }
            catch (DbException error) when (cancellationToken.IsCancellationRequested)
            {
                // SQL Server's driver alone answers a cancellation with an error of its own.
                throw new OperationCanceledException(error.Message, error, cancellationToken);
            }
        }
    }

    /// <summary>Runs one after the other.</summary>
    /// <returns>How many rows each has changed.</returns>
    public static IReadOnlyList<int> RunEach(this IEnumerable<DbCommand> statements) => [.. statements.Select(static statement => statement.ExecuteNonQuery())];

    /// <summary>For interceptors, which have a synchronous and an asynchronous side: the result is complete when <paramref name="wait"/> is false.</summary>
    public static async ValueTask<int> RunAsync(this DbCommand command, bool wait, CancellationToken cancellationToken) =>
        wait ? await command.ExecuteNonQueryAsync(cancellationToken) : command.ExecuteNonQuery();

    /// <inheritdoc cref="RunAsync(DbCommand,bool,CancellationToken)"/>
    public static async ValueTask<object?> ScalarAsync(this DbCommand command, bool wait, CancellationToken cancellationToken) =>
        wait ? await command.ExecuteScalarAsync(cancellationToken) : command.ExecuteScalar();
}
