using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Strangler.Plan;

namespace Strangler.Corpus;

/// <summary>Finds the endpoint that a request belongs to, with the router that the proxy itself uses.</summary>
internal sealed class EndpointMatcher : IDisposable
{
    private readonly PlannedModule _module;
    private readonly ServiceProvider _services;
    private readonly RequestDelegate _router;

    public EndpointMatcher(PlannedModule module)
    {
        _module = module;
        var source = new DiagnosticListener("Strangler.Corpus");
        _services = new ServiceCollection().AddLogging().AddRouting().AddSingleton(source).AddSingleton<DiagnosticSource>(source).BuildServiceProvider();
        var app = new ApplicationBuilder(_services);
        app.UseRouting();
        app.UseEndpoints(routes =>
        {
            foreach (var endpoint in module.Endpoints)
                routes.MapMethods(endpoint.Template, endpoint.Method == "GET" ? ["GET", "HEAD"] : [endpoint.Method], static _ => Task.CompletedTask).WithMetadata(endpoint);
        });
        _router = app.Build();
    }

    public async Task<PlannedEndpoint?> FindAsync(string method, Uri url)
    {
        await using var scope = _services.CreateAsyncScope();
        var context = new DefaultHttpContext { RequestServices = scope.ServiceProvider };
        (context.Request.Method, context.Request.Path) = (method, PathString.FromUriComponent(url));
        await _router(context);
        return context.GetEndpoint()?.Metadata.GetMetadata<PlannedEndpoint>() is { } found && _module.Endpoints.Contains(found) ? found : null;
    }

    public void Dispose() => _services.Dispose();
}
