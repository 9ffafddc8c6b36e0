using Strangler.Stages;
using Yarp.ReverseProxy;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Model;

namespace Strangler.Forwarding;

/// <summary>One side of a module as YARP knows it: a cluster, and the transformer of requests to it.</summary>
internal sealed class Upstream(string clusterId, Side side, IReadOnlyList<Uri> addresses, IProxyStateLookup clusters)
{
    private ClusterState? _cluster;

    public const string LegacyCluster = "legacy";

    /// <summary>The legacy again, over connections that can carry <c>OPTIONS *</c>.</summary>
    public const string AsteriskCluster = "legacy:asterisk";

    public string ClusterId => clusterId;

    public Side Side => side;

    public IReadOnlyList<Uri> Addresses => addresses;

    /// <summary>Null for the moment between a reload and YARP taking it over.</summary>
    public ClusterState? Cluster => _cluster ??= clusters.TryGetCluster(clusterId, out var found) ? found : null;

    public static string ClusterOf(string module) => $"module:{module}";

    /// <summary>
    /// A route model with this cluster in it. Reassigning the cluster alone would leave the old one in the route, and telemetry and passive health
    /// would book this side's failures on the other.
    /// </summary>
    public RouteModel? ModelFor(RouteConfig route, HttpTransformer transformer) =>
        Cluster is { } cluster ? new RouteModel(route, cluster, transformer) : null;
}
