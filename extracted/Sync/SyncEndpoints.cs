using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace Sync;

/// <summary>The endpoints of sync, and the mark on the module's own.</summary>
public static class SyncEndpoints
{
    /// <summary>Maps everything that the sides and the proxy say to each other, under <c>/_sync</c>. Each call needs the header <c>Strangler-Key</c>.</summary>
    public static IEndpointConventionBuilder MapSync(this IEndpointRouteBuilder endpoints) => endpoints.MapGroup("/_sync");

    /// <summary>Marks endpoints as the module's own: they answer 410 once the module is retired here, and their reads are not foreign.</summary>
    /// <typeparam name="TBuilder">The kind of endpoint or group.</typeparam>
    public static TBuilder WithSyncModule<TBuilder>(this TBuilder builder, string module) where TBuilder : IEndpointConventionBuilder
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(module);
        builder.Add(endpoint => endpoint.Metadata.Add(new SyncModuleAttribute(module)));
        return builder;
    }
}
