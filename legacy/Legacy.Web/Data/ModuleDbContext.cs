using Legacy.Web.Data.Databases;
using Microsoft.EntityFrameworkCore;

namespace Legacy.Web.Data;

/// <summary>A module's own view of the one database: its tables only, on the connection that the request's modules share.</summary>
public abstract class ModuleDbContext : DbContext
{
    protected ModuleDbContext(DbContextOptions options, DatabaseSession session)
        : base(options)
    {
        ArgumentNullException.ThrowIfNull(session);
        session.Join(this);
    }

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        configurationBuilder.Properties<decimal>().HaveConversion<MoneyConverter>();
        configurationBuilder.Properties<DateTime>().HaveConversion<UtcConverter>();
        configurationBuilder.Properties<string>().HaveMaxLength(200);
        if (DatabaseKind.Collation(Database.ProviderName) is { } collation) configurationBuilder.Properties<string>().UseCollation(collation);
    }
}
