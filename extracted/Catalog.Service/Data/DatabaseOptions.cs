using System.ComponentModel.DataAnnotations;

namespace Catalog.Service.Data;

/// <summary>The section <c>Database</c> of the configuration.</summary>
internal sealed class DatabaseOptions
{
    /// <summary>One of the names in <see cref="Databases.DatabaseKind.All"/>.</summary>
    [Required]
    public string Provider { get; set; } = "sqlite";

    [Required]
    public string ConnectionString { get; set; } = "Data Source=.data/catalog.db";

    /// <summary>Prints the statements that make the tables, and ends: for a database whose owner makes them himself.</summary>
    public bool PrintSchema { get; set; }
}
