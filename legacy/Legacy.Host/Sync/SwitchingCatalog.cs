using Legacy.Catalog;
using Sync;

namespace Legacy.Host.Sync;

/// <summary>What the other modules see as the catalog: its tables here, or the service once the monolith is detached from them.</summary>
internal sealed class SwitchingCatalog(IServiceProvider services, IModuleReads reads) : ICatalog
{
    private ICatalog Current => reads.ModeOf(CatalogSync.Module) == ModuleReadMode.Local
        ? services.GetRequiredService<LocalCatalog>()
        : services.GetRequiredService<RemoteCatalog>();

    public Task<IReadOnlyList<CatalogProduct>> FindAsync(IReadOnlyCollection<int> ids, CancellationToken cancellationToken) =>
        Current.FindAsync(ids, cancellationToken);

    public Task<IReadOnlyList<CatalogCategory>> CategoriesAsync(CancellationToken cancellationToken) => Current.CategoriesAsync(cancellationToken);
}
