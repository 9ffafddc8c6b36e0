using Contracts.Catalog;
using Sync.NServiceBus;

namespace Catalog.Service.Sync.Bus;

/// <summary>The catalog's endpoint: changes by the registered contracts, and the commands that anybody may send.</summary>
internal static class CatalogBus
{
    public static IServiceCollection AddCatalogBus(this IServiceCollection services, IConfiguration configuration) =>
        services.AddSyncNServiceBus(configuration, static type => type == typeof(ChangePrice) ? CatalogSync.Module : null, static endpoint => endpoint.AddHandler<ChangePriceHandler>());
}
