using Legacy.Web.Data;

namespace Legacy.Web.Seeding;

/// <summary>Begins to fill a table.</summary>
public delegate BulkInsert SeedTable(string table, IReadOnlyList<string> columns);
