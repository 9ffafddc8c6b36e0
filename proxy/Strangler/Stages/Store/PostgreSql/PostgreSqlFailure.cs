using System.Data.Common;
using Npgsql;

namespace Strangler.Stages.Store.PostgreSql;

/// <summary>What PostgreSQL's errors ask for.</summary>
internal static class PostgreSqlFailure
{
    /// <summary>True when the connection has failed, or the server is going away or coming up.</summary>
    public static bool IsBroken(DbException error) => error is PostgresException refused
        ? refused.SqlState is PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow
        : error is NpgsqlException && error.InnerException is not TimeoutException;

    /// <summary>How the operator mends it.</summary>
    /// <param name="error">What the driver threw.</param>
    /// <param name="setting">Where the connection string was given.</param>
    public static string Mend(DbException error, string setting) => error.SqlState switch
    {
        PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification => $"Correct user name and password in {setting}.",
        PostgresErrorCodes.InvalidCatalogName => $"Create the database (CREATE DATABASE ... OWNER ...), or name another in {setting}.",
        PostgresErrorCodes.InsufficientPrivilege => $"Give the login of {setting} that right: GRANT CREATE ON DATABASE ... TO ... for schema and tables, ALTER ROLE ... CREATEDB for whole databases.",
        PostgresErrorCodes.TooManyConnections => "Raise max_connections of the server, or set \"Maximum Pool Size\" in the connection strings lower.",
        null => $"Start the server, or correct host and port in {setting}.",
        _ => $"Mend what the server names, or set {setting} to another database.",
    };
}
