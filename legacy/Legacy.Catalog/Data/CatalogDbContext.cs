using Legacy.Web.Data;
using Microsoft.EntityFrameworkCore;

namespace Legacy.Catalog.Data;

internal sealed class CatalogDbContext(DbContextOptions<CatalogDbContext> options, DatabaseSession session) : ModuleDbContext(options, session)
{
    public DbSet<Category> Categories => Set<Category>();

    public DbSet<Product> Products => Set<Product>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<Category>(category =>
        {
            category.ToTable("catalog_categories");
            category.Property(one => one.Name).HasMaxLength(100);
            category.Property(one => one.Description).HasMaxLength(1000);
            category.Property(one => one.Version).IsConcurrencyToken();
            category.HasIndex(one => one.Name).IsUnique();
        });
        modelBuilder.Entity<Product>(product =>
        {
            product.ToTable("catalog_products");
            product.Property(one => one.Sku).HasMaxLength(40);
            product.Property(one => one.Name).HasMaxLength(200);
            product.Property(one => one.Description).HasMaxLength(4000);
            product.Property(one => one.Version).IsConcurrencyToken();
            product.HasIndex(one => one.Sku).IsUnique();
            product.HasIndex(one => new { one.Name, one.Id });
            product.HasIndex(one => new { one.Price, one.Id });
            product.HasOne<Category>().WithMany().HasForeignKey(one => one.CategoryId).OnDelete(DeleteBehavior.Restrict);
        });
    }
}
