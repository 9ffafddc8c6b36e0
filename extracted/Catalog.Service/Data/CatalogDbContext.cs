using Catalog.Service.Data.Databases;
using Microsoft.EntityFrameworkCore;

namespace Catalog.Service.Data;

internal sealed class CatalogDbContext(DbContextOptions<CatalogDbContext> options) : DbContext(options)
{
    public DbSet<Category> Categories => Set<Category>();

    public DbSet<Product> Products => Set<Product>();

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        configurationBuilder.Properties<decimal>().HaveConversion<MoneyConverter>();
        if (DatabaseKind.Collation(Database.ProviderName) is { } collation) configurationBuilder.Properties<string>().UseCollation(collation);
    }

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<Category>(category =>
        {
            category.ToTable("categories");
            category.Property(one => one.Name).HasMaxLength(100);
            category.Property(one => one.Description).HasMaxLength(1000);
            category.Property(one => one.Version).IsConcurrencyToken();
            category.HasIndex(one => one.Name).IsUnique();
        });
        modelBuilder.Entity<Product>(product =>
        {
            product.ToTable("products");
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
