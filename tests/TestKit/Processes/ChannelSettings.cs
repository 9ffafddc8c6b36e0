using TestKit.Databases;

namespace TestKit.Processes;

/// <summary>The settings by which a process of a side sends and receives over NServiceBus.</summary>
public static class ChannelSettings
{
    /// <summary>The value of <c>Sync:Channel</c> without NServiceBus.</summary>
    public const string Http = "Http";

    /// <summary>The value of <c>Sync:Channel</c> of a program that is built with it.</summary>
    public const string NServiceBus = "NServiceBus";

    /// <param name="side">The side, which is the name of its queue, too.</param>
    /// <param name="other">The other side of the module.</param>
    /// <param name="module">The module whose changes go between them.</param>
    /// <param name="queues">Where the queues are: tables, or files beside an embedded database.</param>
    public static Dictionary<string, string> OverNServiceBus(string side, string other, string module, TestDatabase queues) => new()
    {
        ["Sync__Channel"] = NServiceBus,
        ["Sync__NServiceBus__Transport"] = queues is SqliteTestDatabase ? "learning" : queues.Provider,
        ["Sync__NServiceBus__ConnectionString"] = queues.ConnectionString,
        ["Sync__NServiceBus__Directory"] = queues is SqliteTestDatabase { File: var file } ? Path.Combine(Path.GetDirectoryName(file)!, "queues") : "",
        ["Sync__NServiceBus__Endpoint"] = side,
        [$"Sync__NServiceBus__Endpoints__{module}"] = other,
    };
}
