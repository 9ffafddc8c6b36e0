using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Legacy.Web.Session;

public static class ApiWrites
{
    public const string Policy = "api-writes";
    public const string Header = "X-Api-Key";

    /// <summary>
    /// For the endpoints that change data: staff and programs with a key only. Others are refused before their body is read.
    /// </summary>
    public static RouteGroupBuilder ForWriters(this IEndpointRouteBuilder api)
    {
        ArgumentNullException.ThrowIfNull(api);
        var writes = api.MapGroup("").RequireAuthorization(Policy);
        return writes.ProducesProblem(StatusCodes.Status401Unauthorized).ProducesProblem(StatusCodes.Status403Forbidden);
    }
}
