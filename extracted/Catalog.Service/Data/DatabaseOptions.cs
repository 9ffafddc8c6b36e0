using System.ComponentModel.DataAnnotations;

namespace Catalog.Service.Data;

/// <summary>The section <c>Database</c> of the configuration.</summary>
internal sealed class DatabaseOptions
{
    [Required]
    public string Provider { get; set; } = "sqlite";

    [Required]
    public string ConnectionString { get; set; } = "Data Source=.data/catalog.db";
}
