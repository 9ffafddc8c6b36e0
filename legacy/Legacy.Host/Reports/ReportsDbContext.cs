using Legacy.Web.Data;
using Microsoft.EntityFrameworkCore;

namespace Legacy.Host.Reports;

/// <summary>Has no tables of its own: it reads those of the modules, as reports of monoliths do.</summary>
internal sealed class ReportsDbContext(DbContextOptions<ReportsDbContext> options, DatabaseSession session) : ModuleDbContext(options, session);
