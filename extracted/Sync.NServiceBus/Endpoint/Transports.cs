using System.Data.Common;
using global::NServiceBus.Transport;
using Microsoft.Data.SqlClient;
using Npgsql;
using Sync.Databases.PostgreSql;
using Sync.Databases.SqlServer;

namespace Sync.NServiceBus;

/// <summary>The transports by name.</summary>
internal static class Transports
{
    // The queues may be in the host's database.
    private const string Pool = "queues";

    /// <summary>Why no transport can be made of the settings, or null.</summary>
    public static string? Fault(NServiceBusOptions options) => options.Transport.ToLowerInvariant() switch
    {
        "learning" => string.IsNullOrWhiteSpace(options.Directory) ? "Sync:NServiceBus:Directory is missing: where the learning transport keeps its files." : null,
        "sqlserver" => OfSqlServer(options) is not { InitialCatalog.Length: > 0 } ? "Sync:NServiceBus:ConnectionString is missing or names no database (Initial Catalog=...)." : null,
        "postgresql" => OfPostgreSql(options) is not { Host.Length: > 0 } ? "Sync:NServiceBus:ConnectionString is missing or names no server (Host=...)." : null,
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
        var transport = new SqlServerTransport(SqlServerPool.Of(OfSqlServer(options)!, Pool));
        if (options.Schema is { } schema) transport.DefaultSchema = schema;
        transport.QueuePeeker.Delay = options.PeekDelay;
        return transport;
    }

    private static PostgreSqlTransport OnPostgreSql(NServiceBusOptions options)
    {
        var transport = new PostgreSqlTransport(PostgreSqlPool.Of(OfPostgreSql(options)!, Pool));
        if (options.Schema is { } schema) transport.DefaultSchema = schema;
        transport.QueuePeeker.Delay = options.PeekDelay;
        return transport;
    }

    private static SqlConnectionStringBuilder? OfSqlServer(NServiceBusOptions options) => Read(options, static connection => new SqlConnectionStringBuilder(connection));

    private static NpgsqlConnectionStringBuilder? OfPostgreSql(NServiceBusOptions options) => Read(options, static connection => new NpgsqlConnectionStringBuilder(connection));

    private static T? Read<T>(NServiceBusOptions options, Func<string, T> read) where T : DbConnectionStringBuilder
    {
        try
        {
            return read(options.ConnectionString ?? "");
        }
        catch (Exception error) when (error is ArgumentException or FormatException)
        {
            return null;
        }
    }
}
