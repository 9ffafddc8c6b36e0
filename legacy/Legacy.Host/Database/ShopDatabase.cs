using System.Data.Common;
using Legacy.Catalog.Data;
using Legacy.Customers.Data;
using Legacy.Inventory.Data;
using Legacy.Ordering.Data;
using Legacy.Payments.Data;
using Legacy.Web.Data;
using Legacy.Web.Seeding;
using Legacy.Web.Startup;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Legacy.Host.Database;

/// <summary>The one database of all modules: made from their models and filled at the first start, left alone at later ones.</summary>
internal static class ShopDatabase
{
    private const int SchemaVersion = 1;

    public static async Task PrepareAsync(IServiceProvider services)
    {
        var options = services.GetRequiredService<IOptions<DatabaseOptions>>().Value;
        MakeDirectory(options);
        await using var scope = services.CreateAsyncScope();
        var session = scope.ServiceProvider.GetRequiredService<DatabaseSession>();
        await session.Connection.OpenAsync();
        await RunAsync(session.Connection, null, "PRAGMA journal_mode = WAL");

        await using var unit = await session.BeginAsync(CancellationToken.None);
        await RunAsync(session.Connection, unit.Transaction, "CREATE TABLE IF NOT EXISTS shop_schema (version INTEGER NOT NULL)");
        var version = Convert.ToInt32(
            await RunAsync(session.Connection, unit.Transaction, "SELECT MAX(version) FROM shop_schema") is long found ? found : 0L,
            System.Globalization.CultureInfo.InvariantCulture);
        if (version > SchemaVersion)
            throw new StartupException(
                $"The database has schema version {version}, this program knows versions up to {SchemaVersion}.",
                "Start the newer program, or name another database in Database:ConnectionString.");
        if (version == SchemaVersion) return;

        await CreateTablesAsync(scope.ServiceProvider, session.Connection, unit.Transaction);
        var seed = services.GetRequiredService<IOptions<SeedOptions>>().Value;
        ShopSeed.Insert(unit.Transaction, new SeedPlan(seed.Products), services.GetRequiredService<ILoggerFactory>().CreateLogger("Legacy.Host.Seed"));
        await RunAsync(session.Connection, unit.Transaction, $"INSERT INTO shop_schema VALUES ({SchemaVersion})");
        await unit.CommitAsync(CancellationToken.None);
    }

    private static async Task CreateTablesAsync(IServiceProvider services, DbConnection connection, DbTransaction transaction)
    {
        DbContext[] contexts =
        [
            services.GetRequiredService<CatalogDbContext>(),
            services.GetRequiredService<InventoryDbContext>(),
            services.GetRequiredService<CustomersDbContext>(),
            services.GetRequiredService<OrderingDbContext>(),
            services.GetRequiredService<PaymentsDbContext>(),
        ];
        foreach (var context in contexts) await RunAsync(connection, transaction, context.Database.GenerateCreateScript());
    }

    private static void MakeDirectory(DatabaseOptions options)
    {
        if (options.Provider != "sqlite")
            throw new StartupException($"Database:Provider is '{options.Provider}', which this version does not know.", "Set it to 'sqlite'.");
        var file = new SqliteConnectionStringBuilder(options.ConnectionString).DataSource;
        if (Path.GetDirectoryName(Path.GetFullPath(file)) is { } directory) Directory.CreateDirectory(directory);
    }

    private static async Task<object?> RunAsync(DbConnection connection, DbTransaction? transaction, string sql)
    {
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The text comes from the models and from this class.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.Transaction = transaction;
        return await command.ExecuteScalarAsync();
    }
}
