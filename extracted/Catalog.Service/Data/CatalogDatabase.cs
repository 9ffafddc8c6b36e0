using System.Data;
using System.Data.Common;
using System.Globalization;
using Catalog.Service.Web.Startup;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.Options;

namespace Catalog.Service.Data;

/// <summary>The service's own database: made from the model at the first start, empty until rows are sent to it.</summary>
internal static class CatalogDatabase
{
    private const int SchemaVersion = 1;

    public static IServiceCollection AddCatalogDatabase(this IServiceCollection services)
    {
        services.AddOptions<DatabaseOptions>().BindConfiguration("Database").ValidateDataAnnotations().ValidateOnStart();
        return services.AddDbContext<CatalogDbContext>((provider, options) => options
            .UseSqlite(provider.GetRequiredService<IOptions<DatabaseOptions>>().Value.ConnectionString)
            .AddInterceptors(provider.GetServices<IInterceptor>()));
    }

    public static async Task PrepareAsync(IServiceProvider services)
    {
        var options = services.GetRequiredService<IOptions<DatabaseOptions>>().Value;
        MakeDirectory(options);
        await using var scope = services.CreateAsyncScope();
        var script = scope.ServiceProvider.GetRequiredService<CatalogDbContext>().Database.GenerateCreateScript();

        await using var connection = new SqliteConnection(options.ConnectionString);
        await connection.OpenAsync();
        await RunAsync(connection, null, "PRAGMA journal_mode = WAL");
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.Serializable);
        await RunAsync(connection, transaction, "CREATE TABLE IF NOT EXISTS catalog_schema (version INTEGER NOT NULL)");
        var version = Convert.ToInt32(
            await RunAsync(connection, transaction, "SELECT MAX(version) FROM catalog_schema") is long found ? found : 0L, CultureInfo.InvariantCulture);
        if (version > SchemaVersion)
            throw new StartupException(
                $"The database has schema version {version}, this program knows versions up to {SchemaVersion}.",
                "Start the newer program, or name another database in Database:ConnectionString.");
        if (version == SchemaVersion) return;

        await RunAsync(connection, transaction, script);
        await RunAsync(connection, transaction, $"INSERT INTO catalog_schema VALUES ({SchemaVersion})");
        await transaction.CommitAsync();
    }

    private static void MakeDirectory(DatabaseOptions options)
    {
        if (options.Provider != "sqlite")
            throw new StartupException($"Database:Provider is '{options.Provider}', which this version does not know.", "Set it to 'sqlite'.");
        var file = new SqliteConnectionStringBuilder(options.ConnectionString).DataSource;
        if (Path.GetDirectoryName(Path.GetFullPath(file)) is { } directory) Directory.CreateDirectory(directory);
    }

    private static async Task<object?> RunAsync(SqliteConnection connection, DbTransaction? transaction, string sql)
    {
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The text comes from the model and from this class.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.Transaction = (SqliteTransaction?)transaction;
        return await command.ExecuteScalarAsync();
    }
}
