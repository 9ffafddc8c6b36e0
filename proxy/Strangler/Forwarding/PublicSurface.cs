using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Strangler.Plan;

namespace Strangler.Forwarding;

/// <summary>What the public listener refuses before anything is matched: tunnels, the sides' own endpoints, bodies past the plan's limit.</summary>
internal sealed class PublicSurface(RequestDelegate next, PlanStore plans)
{
    public Task InvokeAsync(HttpContext context)
    {
        // An admin endpoint that the outer router may have matched means nothing here.
        context.SetEndpoint(null);
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        if (RawTarget.IsInside(RawTarget.Path(RawTarget.PathAndQuery(target))) || context.Request.Path.StartsWithSegments("/_sync", StringComparison.OrdinalIgnoreCase))
            return Answer.WriteAsync(context, StatusCodes.Status404NotFound);
        if (HttpMethods.IsConnect(context.Request.Method) && context.Features.Get<IHttpExtendedConnectFeature>()?.IsExtendedConnect != true)
            return Answer.WriteAsync(context, StatusCodes.Status405MethodNotAllowed);
        if (plans.Current.Limits.MaximumBody is { } most)
        {
            if (context.Request.ContentLength > most) return Answer.WriteAsync(context, StatusCodes.Status413PayloadTooLarge);
            if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit) limit.MaxRequestBodySize = most;
        }

        return next(context);
    }
}
