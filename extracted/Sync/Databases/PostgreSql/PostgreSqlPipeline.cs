using System.Data.Common;
using Npgsql;

namespace Sync.Databases.PostgreSql;

/// <summary>One batch of the driver's: all statements are sent before the first answer is read. They are prepared once for each connection that the pool keeps.</summary>
internal sealed class PostgreSqlPipeline(NpgsqlConnection connection, NpgsqlTransaction transaction) : IStatements
{
    private readonly List<NpgsqlBatchCommand> _added = [];

    public void Add(DbCommand statement)
    {
        var added = new NpgsqlBatchCommand(statement.CommandText);
        foreach (NpgsqlParameter parameter in statement.Parameters) added.Parameters.Add(parameter.Clone());
        _added.Add(added);
    }

    public async Task<IReadOnlyList<int>> RunAsync(CancellationToken cancellationToken)
    {
        if (_added.Count == 0) return [];
        await using var batch = new NpgsqlBatch(connection, transaction);
        var statements = _added.ToArray();
        _added.Clear();
        foreach (var statement in statements) batch.BatchCommands.Add(statement);
        await batch.PrepareAsync(cancellationToken);
        await batch.ExecuteNonQueryAsync(cancellationToken);
        return Array.ConvertAll(statements, static statement => statement.RecordsAffected);
    }
}
