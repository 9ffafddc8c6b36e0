using System.Data.Common;
using global::NServiceBus.Transport;

namespace Sync.NServiceBus;

/// <summary>The transports by name.</summary>
internal static class Transports
{
    /// <summary>Why no transport can be made of the settings, or null.</summary>
    public static string? Fault(NServiceBusOptions options) => options.Transport.ToLowerInvariant() switch
    {
        "learning" => string.IsNullOrWhiteSpace(options.Directory) ? "Sync:NServiceBus:Directory is missing: where the learning transport keeps its files." : null,
        "sqlserver" => !Has(options.ConnectionString, "Initial Catalog", "Database") ? "Sync:NServiceBus:ConnectionString is missing or names no database (Initial Catalog=...)." : null,
        "postgresql" => !Has(options.ConnectionString, "Host", "Server") ? "Sync:NServiceBus:ConnectionString is missing or names no server (Host=...)." : null,
        _ => $"Sync:NServiceBus:Transport is '{options.Transport}'. Set it to 'sqlserver', 'postgresql' or 'learning'.",
    };

    /// <summary>Applying is idempotent, so the transport need not share a transaction with anything.</summary>
    public static TransportDefinition Create(NServiceBusOptions options)
    {
        TransportDefinition transport = options.Transport.ToLowerInvariant() switch
        {
            "sqlserver" => OnSqlServer(options),
            "postgresql" => OnPostgreSql(options),
            _ => new LearningTransport { StorageDirectory = Path.GetFullPath(options.Directory!) },
        };
        transport.TransportTransactionMode = TransportTransactionMode.ReceiveOnly;
        return transport;
    }

    /// <summary>A queue's name as an address: on PostgreSQL a dot in it would stand between a schema and a table.</summary>
    public static string AddressOf(NServiceBusOptions options, string queue) =>
        string.Equals(options.Transport, "postgresql", StringComparison.OrdinalIgnoreCase) ? $"\"{queue.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : queue;

    private static SqlServerTransport OnSqlServer(NServiceBusOptions options)
    {
        var transport = new SqlServerTransport(options.ConnectionString!);
        if (options.Schema is { } schema) transport.DefaultSchema = schema;
        transport.QueuePeeker.Delay = options.PeekDelay;
        return transport;
    }

    private static PostgreSqlTransport OnPostgreSql(NServiceBusOptions options)
    {
        var transport = new PostgreSqlTransport(options.ConnectionString!);
        if (options.Schema is { } schema) transport.DefaultSchema = schema;
        transport.QueuePeeker.Delay = options.PeekDelay;
        return transport;
    }

    private static bool Has(string? connection, params string[] names)
    {
        if (string.IsNullOrWhiteSpace(connection)) return false;
        try
        {
            var parts = new DbConnectionStringBuilder { ConnectionString = connection };
            return names.Any(name => parts.TryGetValue(name, out var value) && value is string { Length: > 0 });
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
