namespace Faults.Storage;

/// <summary>The databases of one run: each side's, and the one of the proxies.</summary>
internal interface IShopDatabases : IAsyncDisposable
{
    IReadOnlyDictionary<string, ISideDatabase> Sides { get; }

    ProxyState State { get; }

    /// <summary>Where the sides may have queues; null where there is no server.</summary>
    PostgresQueues? Queues { get; }

    /// <summary>The environment variables by which a process is told of its database.</summary>
    /// <param name="process">legacy, service, or a proxy's name.</param>
    IReadOnlyDictionary<string, string> SettingsOf(string process);

    /// <summary>
    /// kill -9 of one process of the database server; over when connections are taken again. Null where there is no server.
    /// </summary>
    Task? CrashServer();
}
