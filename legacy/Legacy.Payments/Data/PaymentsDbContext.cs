using Legacy.Web.Data;
using Microsoft.EntityFrameworkCore;

namespace Legacy.Payments.Data;

internal sealed class PaymentsDbContext(DbContextOptions<PaymentsDbContext> options, DatabaseSession session) : ModuleDbContext(options, session)
{
    public DbSet<Payment> Payments => Set<Payment>();

    protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.Entity<Payment>(payment =>
    {
        payment.ToTable("payments_payments");
        payment.Property(one => one.CardEnd).HasMaxLength(4);
        payment.HasIndex(one => one.OrderId).IsUnique();
    });
}
