using Strangler.Plan;
using Strangler.Stages;
using Yarp.ReverseProxy;
using Yarp.ReverseProxy.Configuration;

namespace Strangler.Forwarding;

/// <summary>Holds the table of the plan in force, and tells YARP about a new plan.</summary>
internal sealed class RouteTables
{
    private readonly ModuleStates _states;
    private volatile RouteTable _current;
    private volatile bool _moved;

    public RouteTables(PlanStore plans, IProxyStateLookup clusters, InMemoryConfigProvider yarp, UpstreamTransformers transformers, ModuleStates states)
    {
        _states = states;
        _current = new RouteTable(plans.Current, clusters, transformers);
        plans.Changed += plan =>
        {
            // The old routes and the new table meet for a moment: a route that the table lacks counts as unplanned, and a write that
            // lands on the wrong side is refused there and retried.
            _current = new RouteTable(plan, clusters, transformers);
            yarp.Update(YarpConfig.Routes(plan), YarpConfig.Clusters(plan));
            Look();
        };
        states.Changed += _ => Look();
        Look();
    }

    public RouteTable Current => _current;

    /// <summary>True once any module has left the beginning, so that a side may refuse a write. Until then nothing unplanned is ever buffered.</summary>
    public bool AnyModuleMoved => _moved;

    private void Look() => _moved = _current.Plan.Modules.Keys.Any(module => _states.Of(module) is { } state
        && (state.Stage > Stage.Syncing || state.Switching || state.Owner == Side.Service));
}
