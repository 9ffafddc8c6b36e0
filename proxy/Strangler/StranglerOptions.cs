using System.ComponentModel.DataAnnotations;

namespace Strangler;

/// <summary>The proxy's settings: the configuration section <c>Strangler</c>.</summary>
public sealed class StranglerOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Strangler";

    /// <summary>The plan's file.</summary>
    [Required(ErrorMessage = "The setting Strangler:Plan is missing: name the plan's file.")]
    public string Plan { get; set; } = "";

    /// <summary>The SQLite file that keeps stages, the switch journal, the audit log and evidence, unless <see cref="Database"/> names a server.</summary>
    /// <value><c>strangler.db</c></value>
    public string State { get; set; } = "strangler.db";

    /// <summary>The database server that keeps them instead: for several proxies on several machines.</summary>
    public StateDatabaseOptions Database { get; set; } = new();

    /// <summary>The key that every admin call carries.</summary>
    public string? AdminKey { get; set; }

    /// <summary>The file that holds <see cref="AdminKey"/>.</summary>
    public string? AdminKeyFile { get; set; }

    /// <summary>The secret that the proxy shows to the sides under <c>/_sync/</c>. The proxy's cookies are signed with a key derived from it.</summary>
    public string? SyncKey { get; set; }

    /// <summary>The file that holds <see cref="SyncKey"/>.</summary>
    public string? SyncKeyFile { get; set; }

    /// <summary>Where clients connect.</summary>
    /// <value><c>http://127.0.0.1:8080</c></value>
    public string PublicUrl { get; set; } = "http://127.0.0.1:8080";

    /// <summary>Where the operator connects.</summary>
    /// <value><c>http://127.0.0.1:8081</c></value>
    public string AdminUrl { get; set; } = "http://127.0.0.1:8081";
}
