using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Matching;
using Microsoft.Extensions.Options;

namespace Strangler.Admin;

/// <summary>
/// Tells requests of the admin listener from those of the public one by the port on which they arrived. The <c>Host</c> header says
/// nothing: a client writes it.
/// </summary>
internal sealed class AdminListener(IOptions<StranglerOptions> options, IServer server)
{
    private int _port;

    public bool Received(HttpContext context) => context.Connection.LocalPort == Port();

    private int Port()
    {
        if (_port != 0) return _port;
        var configured = new Uri(options.Value.AdminUrl).Port;
        if (configured != 0) return _port = configured;
        // Port 0, as tests use it: the admin listener is the last one that was opened.
        var addresses = server.Features.Get<IServerAddressesFeature>()?.Addresses;
        return _port = addresses is { Count: > 0 } ? new Uri(addresses.Last()).Port : 0;
    }
}

/// <summary>Marks the endpoints of the admin listener.</summary>
internal sealed class AdminEndpoint
{
    public static readonly AdminEndpoint Mark = new();
}

/// <summary>On any other listener the admin endpoints do not exist: the same paths belong to the application behind the proxy.</summary>
internal sealed class AdminListenerPolicy(AdminListener listener) : MatcherPolicy, IEndpointSelectorPolicy
{
    public override int Order => -1000;

    public bool AppliesToEndpoints(IReadOnlyList<Endpoint> endpoints) => endpoints.Any(e => e.Metadata.GetMetadata<AdminEndpoint>() is not null);

    public Task ApplyAsync(HttpContext httpContext, CandidateSet candidates)
    {
        var received = listener.Received(httpContext);
        for (var i = 0; i < candidates.Count; i++)
        {
            if (candidates[i].Endpoint.Metadata.GetMetadata<AdminEndpoint>() is not null && !received) candidates.SetValidity(i, false);
        }

        return Task.CompletedTask;
    }
}
