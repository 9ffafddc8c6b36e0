using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using Strangler.Plan;
using Strangler.Stages;
using Yarp.ReverseProxy;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Model;

namespace Strangler.Forwarding;

/// <summary>A planned endpoint with everything that a request to it needs. Made once per plan.</summary>
internal sealed class PlannedRoute(PlannedModule module, PlannedEndpoint endpoint, Upstream legacy, Upstream service, UpstreamTransformers transformers)
{
    private readonly RouteModel?[] _models = new RouteModel?[2];

    public PlannedModule Module => module;

    public PlannedEndpoint Endpoint => endpoint;

    public Upstream On(Side side) => side == Side.Legacy ? legacy : service;

    public RouteModel? ModelFor(Side side, RouteConfig route)
    {
        var known = _models[(int)side];
        if (known is not null && ReferenceEquals(known.Config, route)) return known;
        return _models[(int)side] = On(side).ModelFor(route, transformers.For(On(side)));
    }
}

/// <summary>What the plan in force means for requests: immutable, swapped as a whole when the plan changes, untouched by a change of stage.</summary>
internal sealed class RouteTable
{
    public const string CatchAll = "legacy";
    private const string EndpointPrefix = "endpoint:";
    private readonly FrozenDictionary<string, PlannedRoute> _routes;
    private readonly UpstreamTransformers _transformers;
    private readonly Upstream _asterisk;
    private RouteModel? _unplanned;

    public RouteTable(PlanSnapshot plan, IProxyStateLookup clusters, UpstreamTransformers transformers)
    {
        Plan = plan;
        _transformers = transformers;
        Legacy = new Upstream(Upstream.LegacyCluster, Side.Legacy, [plan.LegacyAddress], clusters);
        _asterisk = new Upstream(Upstream.AsteriskCluster, Side.Legacy, [plan.LegacyAddress], clusters);
        Services = plan.Modules.Values.ToFrozenDictionary(
            static module => module.Name,
            module => new Upstream(Upstream.ClusterOf(module.Name), Side.Service, module.ServiceAddresses, clusters));
        _routes = plan.Modules.Values
            .SelectMany(static module => module.Endpoints, static (module, endpoint) => (module, endpoint))
            .ToFrozenDictionary(
                static pair => RouteIdOf(pair.endpoint.Id),
                pair => new PlannedRoute(pair.module, pair.endpoint, Legacy, Services[pair.module.Name], transformers));
    }

    public PlanSnapshot Plan { get; }

    public Upstream Legacy { get; }

    public FrozenDictionary<string, Upstream> Services { get; }

    public static string RouteIdOf(string endpointId) => EndpointPrefix + endpointId;

    public bool TryGet(string routeId, [NotNullWhen(true)] out PlannedRoute? route) => _routes.TryGetValue(routeId, out route);

    public RouteModel? UnplannedModel(RouteConfig route)
    {
        if (_unplanned is { } known && ReferenceEquals(known.Config, route)) return known;
        return _unplanned = Legacy.ModelFor(route, _transformers.For(Legacy));
    }

    public RouteModel? AsteriskModel(RouteConfig route) => _asterisk.ModelFor(route, _transformers.For(_asterisk));

    public HttpTransformer TransformerOf(Upstream upstream) => _transformers.For(upstream);
}
