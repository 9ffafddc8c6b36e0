using Legacy.Web.Data;
using Microsoft.EntityFrameworkCore;

namespace Legacy.Ordering.Data;

internal sealed class OrderingDbContext(DbContextOptions<OrderingDbContext> options, DatabaseSession session) : ModuleDbContext(options, session)
{
    public DbSet<Order> Orders => Set<Order>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<Order>(order =>
        {
            order.ToTable("ordering_orders");
            order.Property(one => one.Status).HasMaxLength(20);
            order.Property(one => one.RequestHash).HasMaxLength(64);
            order.HasIndex(one => one.IdempotencyKey).IsUnique();
            order.HasIndex(one => one.CustomerId);
            order.HasMany(one => one.Lines).WithOne().HasForeignKey(line => line.OrderId);
        });
        modelBuilder.Entity<OrderLine>(line =>
        {
            line.ToTable("ordering_lines");
            line.HasIndex(one => one.ProductId);
        });
    }
}
