using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Legacy.Web.Data.Databases;

internal sealed class PostgreSqlKind : DatabaseKind
{
    public override string Name => "postgresql";

    public override string LockSchema => "SELECT pg_advisory_xact_lock(hashtext('shop_schema'))";

    public override string VersionTable => "CREATE TABLE IF NOT EXISTS shop_schema (version integer NOT NULL)";

    public override DbConnection Connect(string connectionString) => new NpgsqlConnection(connectionString);

    public override void Configure(DbContextOptionsBuilder options, DbConnection connection) =>
        options.UseNpgsql(connection, postgres => postgres.ExecutionStrategy(static dependencies => new PostgreSqlReadRetry(dependencies)));

    public override BulkInsert Insert(DbTransaction transaction, string table, IReadOnlyList<string> columns) =>
        new PostgreSqlCopy((NpgsqlConnection)transaction.Connection!, table, columns);

    public override bool IsConstraint(DbException error) =>
        error is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation or PostgresErrorCodes.ForeignKeyViolation };

    public override bool IsConflict(DbException error) =>
        error is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation or PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure };

    public override string? Mend(DbException error) => error switch
    {
        PostgresException { SqlState: PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification } =>
            $"PostgreSQL refuses the login ({error.Message}). Correct user name and password in Database:ConnectionString.",
        PostgresException { SqlState: PostgresErrorCodes.InvalidCatalogName } => $"PostgreSQL has no such database ({error.Message}). Create it, or name another in Database:ConnectionString.",
        PostgresException { SqlState: PostgresErrorCodes.InsufficientPrivilege } => $"PostgreSQL does not let the login make its tables ({error.Message}). Make it the owner of the database in Database:ConnectionString.",
        PostgresException => null,
        NpgsqlException => $"PostgreSQL does not answer ({error.Message.TrimEnd('.')}). Start it, or correct host and port in Database:ConnectionString.",
        _ => null,
    };
}
