using System.Data.Common;
using Npgsql;

namespace Strangler.Stages.Store.PostgreSql;

/// <summary>The store in a PostgreSQL database, for any number of proxies.</summary>
internal sealed class PostgreSqlStageDatabase : ServerStageDatabase
{
    private readonly NpgsqlDataSource _source;

    public PostgreSqlStageDatabase(string connectionString)
        : this(connectionString, StageSchema.Of("PostgreSql", new PostgreSqlStageSql()))
    {
    }

    internal PostgreSqlStageDatabase(string connectionString, StageSchema schema)
        : base(schema)
    {
        var settings = Settings(connectionString);
        Place = $"{settings.Database ?? settings.Username} on {settings.Host}:{settings.Port}";
        _source = NpgsqlDataSource.Create(settings);
        try
        {
            Prepare();
        }
        catch
        {
            _source.Dispose();
            throw;
        }
    }

    protected override string Place { get; }

    public override void Dispose() => _source.Dispose();

    protected override DbConnection Connect() => _source.CreateConnection();

    protected override bool IsBroken(DbException error) => PostgreSqlFailure.IsBroken(error);

    protected override bool IsSameRow(DbException error) => error.SqlState == PostgresErrorCodes.UniqueViolation;

    protected override string Mend(DbException error) => PostgreSqlFailure.Mend(error, "Strangler:Database:ConnectionString");

    private static NpgsqlConnectionStringBuilder Settings(string connectionString)
    {
        try
        {
            var settings = new NpgsqlConnectionStringBuilder(connectionString);
            if (string.IsNullOrEmpty(settings.Host)) throw new ArgumentException("It names no host.");
            // A switch holds writes while it writes here: it must hear of a dead server sooner than the driver's half minute.
            if (!settings.ContainsKey("Timeout")) settings.Timeout = 5;
            if (!settings.ContainsKey("Command Timeout")) settings.CommandTimeout = 10;
            if (!settings.ContainsKey("Application Name")) settings.ApplicationName = "strangler";
            return settings;
        }
        catch (ArgumentException error)
        {
            throw new StateStoreException($"Strangler:Database:ConnectionString is no connection string of PostgreSQL: {error.Message} Write it like \"Host=db;Database=strangler;Username=strangler;Password=...\".", error);
        }
    }
}
