using System.Data.Common;
using Npgsql;
using Strangler.Stages.Store.PostgreSql;

namespace Strangler.Cli.Up.Databases;

/// <summary>The login needs CREATEDB, or databases that are there and its own.</summary>
internal sealed class PostgreSqlServer(NpgsqlConnectionStringBuilder settings) : DatabaseServer(settings.Database)
{
    public override string Provider => "postgresql";

    public override string Place => $"{settings.Host}:{settings.Port}";

    public static PostgreSqlServer Read(string connection)
    {
        try
        {
            var settings = new NpgsqlConnectionStringBuilder(connection);
            return string.IsNullOrEmpty(settings.Host) ? throw new ArgumentException("It names no host.") : new PostgreSqlServer(settings);
        }
        catch (ArgumentException error)
        {
            throw Unreadable("PostgreSQL", error, "Host=127.0.0.1;Username=strangler;Password=...");
        }
    }

    public override string ConnectionTo(string database) => new NpgsqlConnectionStringBuilder(settings.ToString()) { Database = database }.ToString();

    protected override DbConnection Connect() => new NpgsqlConnection(new NpgsqlConnectionStringBuilder(settings.ToString()) { Database = "postgres", Pooling = false, Timeout = 10 }.ToString());

    protected override async Task<bool> CreateAsync(DbConnection connection, string name, CancellationToken cancellation)
    {
        if (await RunAsync(connection, "SELECT 1 FROM pg_database WHERE datname = @name", cancellation, name) is not null) return false;
        await RunAsync(connection, $"CREATE DATABASE \"{name}\"", cancellation);
        return true;
    }

    protected override string Mend(DbException error) => PostgreSqlFailure.Mend(error, "--connection");
}
