using System.Data.Common;
using System.Globalization;
using Catalog.Service.Data.Databases;
using Catalog.Service.Web.Startup;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.Options;

namespace Catalog.Service.Data;

/// <summary>The service's own database: made from the model at the first start, empty until rows are sent to it.</summary>
internal static class CatalogDatabase
{
    private const int SchemaVersion = 1;

    /// <summary>In seconds: longer than another instance's lock is waited for, so that it is that wait which ends, with its own message.</summary>
    private const int LongestStatement = 120;

    public static IServiceCollection AddCatalogDatabase(this IServiceCollection services)
    {
        services.AddOptions<DatabaseOptions>().BindConfiguration("Database").ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton(static provider => DatabaseKind.Of(provider.GetRequiredService<IOptions<DatabaseOptions>>().Value.Provider));
        return services.AddDbContext<CatalogDbContext>(static (provider, options) =>
        {
            provider.GetRequiredService<DatabaseKind>().Configure(options, provider.GetRequiredService<IOptions<DatabaseOptions>>().Value.ConnectionString);
            options.AddInterceptors(provider.GetServices<IInterceptor>());
        });
    }

    public static async Task PrepareAsync(IServiceProvider services)
    {
        var connectionString = services.GetRequiredService<IOptions<DatabaseOptions>>().Value.ConnectionString;
        var kind = services.GetRequiredService<DatabaseKind>();
        kind.MakePlace(connectionString);
        await using var connection = kind.Connect(connectionString);
        await connection.OpenAsync();
        await kind.PrepareAsync(connection);

        await using var transaction = await connection.BeginTransactionAsync(kind.Isolation);
        await RunAsync(transaction, kind.LockSchema);
        await RunAsync(transaction, kind.VersionTable);
        var version = Convert.ToInt32(await RunAsync(transaction, "SELECT COALESCE(MAX(version), 0) FROM catalog_schema"), CultureInfo.InvariantCulture);
        if (version > SchemaVersion)
            throw new StartupException(
                $"The database has schema version {version}, this program knows versions up to {SchemaVersion}.",
                "Start the newer program, or name another database in Database:ConnectionString.");
        if (version == SchemaVersion) return;

        await using var scope = services.CreateAsyncScope();
        foreach (var batch in SchemaScript.Batches(Script(scope.ServiceProvider))) await RunAsync(transaction, batch);
        await RunAsync(transaction, $"INSERT INTO catalog_schema VALUES ({SchemaVersion})");
        await transaction.CommitAsync();
    }

    /// <summary>The statements that make the tables.</summary>
    public static string Script(IServiceProvider services) => services.GetRequiredService<CatalogDbContext>().Database.GenerateCreateScript();

    private static async Task<object?> RunAsync(DbTransaction transaction, string sql)
    {
        if (sql.Length == 0) return null;
        await using var command = transaction.Connection!.CreateCommand();
#pragma warning disable CA2100 // The text comes from the model, from the kinds of databases and from this class.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.Transaction = transaction;
        command.CommandTimeout = LongestStatement;
        return await command.ExecuteScalarAsync();
    }
}
