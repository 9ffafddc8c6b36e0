using System.ComponentModel.DataAnnotations;

namespace Legacy.Web.Data;

/// <summary>The section <c>Database</c> of the configuration.</summary>
public sealed class DatabaseOptions
{
    [Required]
    public string Provider { get; set; } = "sqlite";

    [Required]
    public string ConnectionString { get; set; } = "Data Source=.data/legacy.db";
}
