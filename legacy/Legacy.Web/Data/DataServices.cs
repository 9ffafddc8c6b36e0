using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Legacy.Web.Data;

public static class DataServices
{
    public static IServiceCollection AddShopDatabase(this IServiceCollection services)
    {
        services.AddOptions<DatabaseOptions>().BindConfiguration("Database").ValidateDataAnnotations().ValidateOnStart();
        services.TryAddSingleton<IWriteTurns, LocalWriteTurns>();
        services.AddScoped<DatabaseSession>();
        services.AddScoped<IUnitOfWork>(provider => provider.GetRequiredService<DatabaseSession>());
        return services;
    }

    public static IServiceCollection AddModuleContext<TContext>(this IServiceCollection services)
        where TContext : ModuleDbContext =>
        services.AddDbContext<TContext>((provider, options) =>
            options.UseSqlite(provider.GetRequiredService<DatabaseSession>().Connection).AddInterceptors(provider.GetServices<IInterceptor>()));
}
