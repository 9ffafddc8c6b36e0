namespace Strangler;

/// <summary>Where the proxies of one system keep what they know together; section <c>Strangler:Database</c>.</summary>
public sealed class StateDatabaseOptions
{
    /// <summary><c>sqlite</c>, <c>postgresql</c> or <c>sqlserver</c>, in any case.</summary>
    /// <value><c>sqlite</c>: the file that <c>Strangler:State</c> names</value>
    public string Provider { get; set; } = "sqlite";

    /// <summary>
    /// The connection string of a database of the proxies' own, or of one that is shared: all tables are in the schema <c>strangler</c>. Needed
    /// for a server, refused for <c>sqlite</c>.
    /// </summary>
    public string? ConnectionString { get; set; }
}
