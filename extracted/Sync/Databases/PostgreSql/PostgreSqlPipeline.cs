using System.Data.Common;
using Npgsql;

namespace Sync.Databases.PostgreSql;

/// <summary>One batch of the driver's: all statements are sent before the first answer is read. They are prepared once for each connection that the pool keeps.</summary>
internal static class PostgreSqlPipeline
{
    /// <inheritdoc cref="IDialect.RunAllAsync"/>
    public static async Task<IReadOnlyList<int>> RunAsync(IEnumerable<DbCommand> statements, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch();
        var copies = new List<NpgsqlBatchCommand>();
        foreach (var statement in statements)
        {
            (batch.Connection, batch.Transaction) = ((NpgsqlConnection?)statement.Connection, (NpgsqlTransaction?)statement.Transaction);
            var copy = new NpgsqlBatchCommand(statement.CommandText);
            foreach (NpgsqlParameter parameter in statement.Parameters) copy.Parameters.Add(parameter.Clone());
            copies.Add(copy);
            batch.BatchCommands.Add(copy);
        }

        if (copies.Count == 0) return [];
        try
        {
            await batch.PrepareAsync(cancellationToken);
        }
        catch (Exception error) when (error is not (DbException or OperationCanceledException))
        {
            // The driver has refused a value, and would from now on take those statements for prepared that it has not sent for it.
            batch.Connection!.UnprepareAll();
            throw;
        }

        await batch.ExecuteNonQueryAsync(cancellationToken);
        return copies.ConvertAll(static copy => copy.RecordsAffected);
    }
}
