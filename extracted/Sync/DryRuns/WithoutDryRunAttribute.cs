using Microsoft.AspNetCore.Builder;

namespace Sync;

/// <summary>Endpoint metadata: the endpoint does what no rollback takes back, so it is never run dry. Put it on a page model or controller, or use <see cref="DryRunEndpoints.WithoutDryRun{TBuilder}"/>.</summary>
/// <param name="reason">Why, in a few words. The proxy shows it.</param>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
public sealed class WithoutDryRunAttribute(string reason) : Attribute
{
    /// <summary>Why the endpoint is never run dry.</summary>
    public string Reason { get; } = reason;
}

/// <summary>The mark on endpoints that cannot be run dry.</summary>
public static class DryRunEndpoints
{
    /// <summary>Marks endpoints that are never run dry: the proxy counts their writes as <c>Unsupported</c>, with the reason.</summary>
    /// <typeparam name="TBuilder">The kind of endpoint or group.</typeparam>
    public static TBuilder WithoutDryRun<TBuilder>(this TBuilder builder, string reason) where TBuilder : IEndpointConventionBuilder
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(reason);
        builder.Add(endpoint => endpoint.Metadata.Add(new WithoutDryRunAttribute(reason)));
        return builder;
    }
}
