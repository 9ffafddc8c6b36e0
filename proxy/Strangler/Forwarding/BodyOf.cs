using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Strangler.Forwarding;

/// <summary>What can be known about a request's body without touching it.</summary>
internal static class BodyOf
{
    public static bool MayExist(HttpContext context) => context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody ?? true;

    /// <summary>False for upgrades, whose body is the connection, and for bodies that are known to be long.</summary>
    public static bool MayBeReplayed(HttpContext context) =>
        !IsUpgrade(context) && (context.Request.ContentLength ?? 0) <= HeldCall.UnplannedBuffer;

    public static bool IsUpgrade(HttpContext context) =>
        context.Features.Get<IHttpUpgradeFeature>()?.IsUpgradableRequest == true || context.Features.Get<IHttpExtendedConnectFeature>()?.IsExtendedConnect == true;
}
