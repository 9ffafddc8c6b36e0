using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Sync.Ownership;

namespace Sync;

/// <summary>Adds sync to a host.</summary>
public static class SyncServices
{
    /// <summary>Registers sync: its database, interceptor, relay, inbox and background work. Settings come from the section <c>Sync</c>, see <see cref="SyncOptions"/>.</summary>
    /// <exception cref="InvalidOperationException">No database or no module is declared.</exception>
    public static IServiceCollection AddSync(this IServiceCollection services, IConfiguration configuration, Action<SyncBuilder> configure)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentNullException.ThrowIfNull(configure);
        var builder = new SyncBuilder();
        configure(builder);
        if (builder.Dialect is null) throw new InvalidOperationException("Sync has no database: call UseSqlite(connectionString).");
        if (builder.Modules.Count == 0) throw new InvalidOperationException("Sync has no module: call Module(name, ...).");

        services.AddOptions<SyncOptions>().Bind(configuration.GetSection("Sync")).ValidateDataAnnotations().ValidateOnStart();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(new SyncDatabase(builder.Dialect));
        services.AddSingleton(_ => new SyncInterceptor());
        services.AddSingleton<IModuleReads, ModuleReads>();
        return services;
    }

    /// <summary>Answers a refused write with 421, names positions, watches foreign reads. Call it after the exception handler and before the endpoints.</summary>
    public static IApplicationBuilder UseSync(this IApplicationBuilder app) => app;
}
