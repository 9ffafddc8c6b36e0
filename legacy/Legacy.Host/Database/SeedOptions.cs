using System.ComponentModel.DataAnnotations;

namespace Legacy.Host.Database;

/// <summary>The section <c>Seed</c> of the configuration: what an empty database is filled with.</summary>
internal sealed class SeedOptions
{
    [Range(1, 10_000_000)]
    public int Products { get; set; } = 1_000;
}
