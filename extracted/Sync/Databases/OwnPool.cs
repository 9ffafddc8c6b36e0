using System.Data.Common;

namespace Sync.Databases;

/// <summary>
/// Drivers keep a pool for each connection string. What must not wait for the requests that use up the host's has a string of its own, by its application name.
/// </summary>
internal static class OwnPool
{
    private const string ApplicationName = "Application Name";

    /// <returns>The connection string with the name behind the host's own application name, where it has one.</returns>
    public static string Of(DbConnectionStringBuilder host, string name)
    {
        host[ApplicationName] = $"{host[ApplicationName]} {name}".TrimStart();
        return host.ToString();
    }
}
