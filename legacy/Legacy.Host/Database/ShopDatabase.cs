using System.Globalization;
using Legacy.Catalog.Data;
using Legacy.Customers.Data;
using Legacy.Inventory.Data;
using Legacy.Ordering.Data;
using Legacy.Payments.Data;
using Legacy.Web.Data;
using Legacy.Web.Data.Databases;
using Legacy.Web.Seeding;
using Legacy.Web.Startup;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Legacy.Host.Database;

/// <summary>The one database of all modules: made from their models and filled at the first start, left alone at later ones.</summary>
internal static class ShopDatabase
{
    private const int SchemaVersion = 1;

    /// <summary>In seconds: longer than another instance's lock is waited for, so that it is that wait which ends, with its own message.</summary>
    private const int LongestStatement = 120;

    public static async Task PrepareAsync(IServiceProvider services)
    {
        var kind = services.GetRequiredService<DatabaseKind>();
        kind.MakePlace(services.GetRequiredService<IOptions<DatabaseOptions>>().Value.ConnectionString);
        await using var scope = services.CreateAsyncScope();
        var session = scope.ServiceProvider.GetRequiredService<DatabaseSession>();
        await session.Connection.OpenAsync();
        await kind.PrepareAsync(session.Connection);

        await using var unit = await session.BeginAsync(CancellationToken.None);
        await RunAsync(unit, kind.LockSchema);
        await RunAsync(unit, kind.VersionTable);
        var version = Convert.ToInt32(await RunAsync(unit, "SELECT COALESCE(MAX(version), 0) FROM shop_schema"), CultureInfo.InvariantCulture);
        if (version > SchemaVersion)
            throw new StartupException(
                $"The database has schema version {version}, this program knows versions up to {SchemaVersion}.",
                "Start the newer program, or name another database in Database:ConnectionString.");
        if (version == SchemaVersion) return;

        foreach (var batch in Scripts(scope.ServiceProvider).SelectMany(SchemaScript.Batches)) await RunAsync(unit, batch);
        var seed = services.GetRequiredService<IOptions<SeedOptions>>().Value;
        ShopSeed.Insert(
            (table, columns) => kind.Insert(unit.Transaction, table, columns), new SeedPlan(seed.Products), services.GetRequiredService<ILoggerFactory>().CreateLogger("Legacy.Host.Seed"));
        await RunAsync(unit, $"INSERT INTO shop_schema VALUES ({SchemaVersion})");
        await unit.CommitAsync(CancellationToken.None);
    }

    /// <summary>The statements that make the tables, of each module.</summary>
    public static IEnumerable<string> Scripts(IServiceProvider services)
    {
        DbContext[] contexts =
        [
            services.GetRequiredService<CatalogDbContext>(),
            services.GetRequiredService<InventoryDbContext>(),
            services.GetRequiredService<CustomersDbContext>(),
            services.GetRequiredService<OrderingDbContext>(),
            services.GetRequiredService<PaymentsDbContext>(),
        ];
        return contexts.Select(context => context.Database.GenerateCreateScript());
    }

    private static async Task<object?> RunAsync(IUnit unit, string sql)
    {
        if (sql.Length == 0) return null;
        await using var command = unit.Transaction.Connection!.CreateCommand();
#pragma warning disable CA2100 // The text comes from the models, from the kinds of databases and from this class.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.Transaction = unit.Transaction;
        command.CommandTimeout = LongestStatement;
        return await command.ExecuteScalarAsync();
    }
}
