using Legacy.Web.Data;
using Microsoft.EntityFrameworkCore;

namespace Legacy.Customers.Data;

internal sealed class CustomersDbContext(DbContextOptions<CustomersDbContext> options, DatabaseSession session)
    : ModuleDbContext(options, session)
{
    public DbSet<Customer> Customers => Set<Customer>();

    protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.Entity<Customer>(customer =>
    {
        customer.ToTable("customers_customers");
        customer.HasIndex(one => one.Email).IsUnique();
    });
}
