using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Strangler.Stages;

namespace Strangler.Forwarding;

/// <summary>The one place where a request is given to a cluster.</summary>
internal static class Reassignment
{
    public static void To(HttpContext context, RouteTable table, PlannedRoute? planned, Side side, string? module = null)
    {
        var config = context.GetReverseProxyFeature().Route.Config;
        var model = planned is not null ? planned.ModelFor(side, config)
            : side == Side.Service && module is not null && table.Services.TryGetValue(module, out var service) ? service.ModelFor(config, table.TransformerOf(service))
            : IsAsterisk(context) ? table.AsteriskModel(config)
            : table.UnplannedModel(config);
        // Null only while YARP takes over a new plan: the request then goes where YARP's own route says, which is the legacy.
        model ??= table.UnplannedModel(config);
        if (model?.Cluster is { } cluster) context.ReassignProxyRequest(model, cluster);
    }

    private static bool IsAsterisk(HttpContext context) => HttpMethods.IsOptions(context.Request.Method)
        && context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget == AsteriskForm.Target;
}
