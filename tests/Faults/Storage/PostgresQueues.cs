using TestKit.Databases;

namespace Faults.Storage;

/// <summary>The queues of both sides when they send over NServiceBus: tables in one database of the server.</summary>
internal sealed class PostgresQueues(string connectionString)
{
    private static readonly string[] _names = ["legacy", "catalog"];

    /// <summary>The environment variables by which a side sends over them.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; } = new Dictionary<string, string>
    {
        ["Sync__Channel"] = "NServiceBus",
        ["Sync__NServiceBus__Transport"] = TestDatabase.PostgreSql,
        ["Sync__NServiceBus__ConnectionString"] = connectionString,
    };

    /// <summary>Nobody sends or receives until disposed.</summary>
    public IDisposable Lock() => PostgresSide.Lock(connectionString, [.. _names.Select(static name => $"\"{name}\"")]);
}
