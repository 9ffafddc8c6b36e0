using Contracts.Catalog;
using Catalog.Service.Data;
using Catalog.Service.Data.Databases;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Sync;
#if NSERVICEBUS
using Catalog.Service.Sync.Bus;
#endif

namespace Catalog.Service.Sync;

/// <summary>Keeps the catalog in step with the monolith that it was taken out of. Pages and API know nothing of this.</summary>
internal static class CatalogSync
{
    public const string Module = "catalog";

    public static IServiceCollection AddCatalogSync(this IServiceCollection services, IConfiguration configuration)
    {
        var database = configuration.GetSection("Database").Get<DatabaseOptions>() ?? new DatabaseOptions();
        services.AddSync(configuration, sync => sync.UseDatabase(DatabaseKind.Of(database.Provider).Name, database.ConnectionString).Module(Module, Map));
#if NSERVICEBUS
        services.AddCatalogBus(configuration);
#endif
        services.AddSingleton<IInterceptor>(provider => provider.GetRequiredService<SyncInterceptor>());
        services.Configure<RazorPagesOptions>(options => options.Conventions.AddFolderApplicationModelConvention(
            "/Products", page => page.EndpointMetadata.Add(new SyncModuleAttribute(Module))));
        return services;
    }

    private static void Map(ModuleBuilder module) => module
        .Context<CatalogDbContext>()
        .Entity<Category, CategoryChanged, CategoryRemoved>(entity => entity
            .Named("category")
            .Messages("catalog.category-changed/1", "catalog.category-removed/1")
            .Key(category => category.Id)
            .ToRemoved(id => new CategoryRemoved(id))
            .ToChanged(category => new CategoryChanged(category.Id, category.Name, category.Description, category.Version))
            .ToEntity(changed => new Category
            {
                Id = changed.Id,
                Name = changed.Name,
                Description = changed.Description,
                Version = changed.Version,
            }))
        .Entity<Product, ProductChanged, ProductRemoved>(entity => entity
            .Named("product")
            .Messages("catalog.product-changed/1", "catalog.product-removed/1")
            .Key(product => product.Id)
            .ToRemoved(id => new ProductRemoved(id))
            .ToChanged(product => new ProductChanged(
                product.Id, product.Sku, product.Name, product.Description, product.CategoryId, product.Price, product.Version))
            .ToEntity(changed => new Product
            {
                Id = changed.Id,
                Sku = changed.Sku,
                Name = changed.Name,
                Description = changed.Description,
                CategoryId = changed.CategoryId,
                Price = changed.Price,
                Version = changed.Version,
            }));
}
