using Legacy.Web.Data;
using Microsoft.EntityFrameworkCore;

namespace Legacy.Inventory.Data;

internal sealed class InventoryDbContext(DbContextOptions<InventoryDbContext> options, DatabaseSession session)
    : ModuleDbContext(options, session)
{
    public DbSet<StockItem> Stock => Set<StockItem>();

    protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.Entity<StockItem>(stock =>
    {
        stock.ToTable("inventory_stock");
        stock.HasKey(one => one.ProductId);
        stock.Property(one => one.ProductId).ValueGeneratedNever();
        stock.Property(one => one.Version).IsConcurrencyToken();
    });
}
