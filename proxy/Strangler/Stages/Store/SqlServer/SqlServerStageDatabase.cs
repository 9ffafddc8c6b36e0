using System.Data.Common;
using Microsoft.Data.SqlClient;

namespace Strangler.Stages.Store.SqlServer;

/// <summary>The store in a SQL Server database, for any number of proxies.</summary>
internal sealed class SqlServerStageDatabase : ServerStageDatabase
{
    private readonly string _connectionString;

    public SqlServerStageDatabase(string connectionString)
        : this(connectionString, StageSchema.Of("SqlServer", new SqlServerStageSql()))
    {
    }

    internal SqlServerStageDatabase(string connectionString, StageSchema schema)
        : base(schema)
    {
        var settings = Settings(connectionString);
        Place = $"{(settings.InitialCatalog.Length > 0 ? settings.InitialCatalog : "of the login")} on {settings.DataSource}";
        _connectionString = settings.ToString();
        Prepare();
    }

    protected override string Place { get; }

    public override void Dispose()
    {
        using var connection = new SqlConnection(_connectionString);
        SqlConnection.ClearPool(connection);
    }

    protected override DbConnection Connect() => new SqlConnection(_connectionString);

    protected override bool IsBroken(DbException error) => SqlServerFailure.IsBroken(error);

    protected override bool IsSameRow(DbException error) => error is SqlException { Number: SqlServerFailure.DuplicateKey or SqlServerFailure.DuplicateIndexRow };

    protected override string Mend(DbException error) => SqlServerFailure.Mend(error, "Strangler:Database:ConnectionString");

    private static SqlConnectionStringBuilder Settings(string connectionString)
    {
        try
        {
            var settings = new SqlConnectionStringBuilder(connectionString);
            if (settings.DataSource.Length == 0) throw new ArgumentException("It names no server.");
            // A switch holds writes while it writes here: it must hear of a dead server sooner than the driver's half minute.
            if (!settings.ShouldSerialize("Connect Timeout")) settings.ConnectTimeout = 5;
            if (!settings.ShouldSerialize("Command Timeout")) settings.CommandTimeout = 10;
            // After a failure the driver would repeat the error for up to a minute without asking the server.
            if (!settings.ShouldSerialize("Pool Blocking Period")) settings.PoolBlockingPeriod = PoolBlockingPeriod.NeverBlock;
            if (!settings.ShouldSerialize("Application Name")) settings.ApplicationName = "strangler";
            return settings;
        }
        catch (Exception error) when (error is ArgumentException or FormatException or KeyNotFoundException)
        {
            throw new StateStoreException($"Strangler:Database:ConnectionString is no connection string of SQL Server: {error.Message} Write it like \"Server=db;Database=strangler;User Id=strangler;Password=...\".", error);
        }
    }
}
