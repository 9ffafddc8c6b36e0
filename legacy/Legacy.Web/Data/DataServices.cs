using Legacy.Web.Data.Databases;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Legacy.Web.Data;

public static class DataServices
{
    public static IServiceCollection AddShopDatabase(this IServiceCollection services)
    {
        services.AddOptions<DatabaseOptions>().BindConfiguration("Database").ValidateDataAnnotations().ValidateOnStart();
        services.TryAddSingleton<IWriteTurns, LocalWriteTurns>();
        services.AddSingleton(static provider => DatabaseKind.Of(provider.GetRequiredService<IOptions<DatabaseOptions>>().Value.Provider));
        services.AddScoped<DatabaseSession>();
        services.AddScoped<IUnitOfWork>(provider => provider.GetRequiredService<DatabaseSession>());
        return services;
    }

    public static IServiceCollection AddModuleContext<TContext>(this IServiceCollection services)
        where TContext : ModuleDbContext =>
        services.AddDbContext<TContext>(static (provider, options) =>
        {
            provider.GetRequiredService<DatabaseKind>().Configure(options, provider.GetRequiredService<DatabaseSession>().Connection);
            options.AddInterceptors(provider.GetServices<IInterceptor>());
        });
}
