using System.Net;
using Strangler.Plan;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;

namespace Strangler.Forwarding;

/// <summary>The plan in YARP's words: one catch-all route, one route per endpoint, one cluster per upstream.</summary>
internal static class YarpConfig
{
    // Header bytes outside ASCII survive both ways; every connection may be as old as it likes.
    private static readonly HttpClientConfig Client = new() { RequestHeaderEncoding = "latin1", ResponseHeaderEncoding = "latin1", EnableMultipleHttp2Connections = true };

    // Event streams and long polls are silent for as long as they like; a client that leaves or a connection that breaks ends them.
    private static readonly ForwarderRequestConfig Request = new() { ActivityTimeout = TimeSpan.FromDays(20), Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionOrLower };

    public static IReadOnlyList<RouteConfig> Routes(PlanSnapshot plan)
    {
        var routes = new List<RouteConfig>
        {
            new() { RouteId = RouteTable.CatchAll, ClusterId = Upstream.LegacyCluster, Match = new RouteMatch { Path = "/{**rest}" }, Order = int.MaxValue },
        };
        foreach (var endpoint in plan.Modules.Values.SelectMany(static module => module.Endpoints))
        {
            routes.Add(new RouteConfig
            {
                RouteId = RouteTable.RouteIdOf(endpoint.Id),
                ClusterId = Upstream.LegacyCluster,
                Match = new RouteMatch { Path = endpoint.Template, Methods = endpoint.Method == "GET" ? ["GET", "HEAD"] : [endpoint.Method] },
            });
        }

        return routes;
    }

    public static IReadOnlyList<ClusterConfig> Clusters(PlanSnapshot plan) =>
    [
        Cluster(Upstream.LegacyCluster, [plan.LegacyAddress], null),
        Cluster(Upstream.AsteriskCluster, [plan.LegacyAddress], null) with { HttpRequest = Request with { Version = HttpVersion.Version11 } },
        .. plan.Modules.Values.Select(static module => Cluster(Upstream.ClusterOf(module.Name), module.ServiceAddresses, module.Affinity)).Select(
            cluster => plan.Limits.ServiceTimeout is { } limit ? cluster with { HttpRequest = Request with { ActivityTimeout = limit } } : cluster),
    ];

    private static ClusterConfig Cluster(string id, IReadOnlyList<Uri> addresses, SessionAffinity? affinity) => new()
    {
        ClusterId = id,
        HttpClient = Client,
        HttpRequest = Request,
        Destinations = addresses.Select(static (address, i) => (address, i)).ToDictionary(
            static pair => $"{pair.i}", static pair => new DestinationConfig { Address = pair.address.AbsoluteUri }),
        SessionAffinity = affinity is null ? null : new SessionAffinityConfig
        {
            Enabled = true,
            Policy = affinity.Policy,
            AffinityKeyName = affinity.KeyName,
            FailurePolicy = "Redistribute",
        },
    };
}
