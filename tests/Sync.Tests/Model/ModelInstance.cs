using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Sync.Tests.Sample;
using TestKit.Databases;

namespace Sync.Tests.Model;

/// <summary>One instance of a service's process with the sample module, without its network and its background work.</summary>
internal static class ModelInstance
{
    public static ServiceProvider Start(TestDatabase database, TimeProvider clock, TimeSpan tombstoneRetention)
    {
        var values = new Dictionary<string, string?>
        {
            ["Sync:Side"] = "service", ["Sync:Key"] = "secret", ["Sync:Peers:sample"] = "http://127.0.0.1:1", ["Sync:TombstoneRetention"] = tombstoneRetention.ToString("c"),
        };
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(values).Build();
        var services = new ServiceCollection().AddSingleton<IConfiguration>(configuration).AddSingleton(clock).AddLogging().AddMetrics();
        services.AddSync(configuration, sync => sync.UseDatabase(database.Provider, database.ConnectionString).Module("sample", SampleContext.Declare));
        services.AddDbContext<SampleContext>((provider, options) => Use(database, options.AddInterceptors(provider.GetRequiredService<SyncInterceptor>())));
        return services.BuildServiceProvider();
    }

    private static void Use(TestDatabase database, DbContextOptionsBuilder options)
    {
        switch (database.Provider)
        {
            case TestDatabase.Sqlite: options.UseSqlite(database.ConnectionString); break;
            case TestDatabase.PostgreSql: options.UseNpgsql(database.ConnectionString); break;
            default: options.UseSqlServer(database.ConnectionString, SampleSide.WithoutMerge); break;
        }
    }
}
