using Microsoft.Extensions.Configuration.Memory;

namespace Strangler.Host;

/// <summary>One line per request of the framework and of YARP would drown the proxy's own; any configuration source may turn them on again.</summary>
internal static class LoggingDefaults
{
    public static void AddLoggingDefaults(this IConfigurationBuilder configuration) => configuration.Sources.Insert(0, new MemoryConfigurationSource
    {
        InitialData = new Dictionary<string, string?>
        {
            ["Logging:LogLevel:Default"] = "Information",
            ["Logging:LogLevel:Microsoft.AspNetCore"] = "Warning",
            ["Logging:LogLevel:Yarp"] = "Warning",
            // It writes nothing above Information, but while it is on, each request begins a trace that nobody listens to: a tenth of the
            // proxy's processor time, and the client's own traceparent would not reach the sides. A listener for traces turns them on without it.
            ["Logging:LogLevel:Microsoft.AspNetCore.Hosting.Diagnostics"] = "None",
        },
    });
}
