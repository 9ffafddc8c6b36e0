using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Strangler;
using Strangler.Forwarding;
using Strangler.Stages;
using TestKit;
using Yarp.ReverseProxy.Model;

namespace Benchmarks.Decisions;

/// <summary>
/// A request's way through the proxy in process, from the first step to where YARP would send it on: routing, look-ups, decision, reassignment. Nothing listens
/// and nothing is sent.
/// </summary>
internal sealed class DecisionPath : IAsyncDisposable
{
    // A prime, so that every endpoint has its turn and no two neighbours follow each other.
    private const int Stride = 7919;

    private readonly TemporaryDirectory _directory;
    private readonly WebApplication _app;
    private readonly RequestDelegate _pipeline;
    private readonly DefaultHttpContext _context = new();
    private readonly IHttpRequestFeature _request;
    private readonly Planned[] _endpoints;
    private IReverseProxyFeature? _arrived;

    private DecisionPath(TemporaryDirectory directory, WebApplication app, Planned[] endpoints)
    {
        (_directory, _app, _endpoints) = (directory, app, endpoints);
        _request = _context.Features.GetRequiredFeature<IHttpRequestFeature>();
        _request.Method = "GET";
        _context.RequestServices = app.Services;
        _pipeline = Build(app.Services);
    }

    /// <summary>Makes a plan of so many modules with so many endpoints each. Every other module is extracted, so that requests go both ways.</summary>
    public static async Task<DecisionPath> CreateAsync(int modules, int endpointsOfEach)
    {
        var directory = new TemporaryDirectory();
        await File.WriteAllTextAsync(directory.File("plan.json"), Plan(modules, endpointsOfEach));
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration["Strangler:Plan"] = directory.File("plan.json");
        builder.Services.AddStrangler(builder.Configuration);
        var app = builder.Build();
        var states = app.Services.GetRequiredService<ModuleStates>();
        for (var i = 0; i < modules; i += 2) states.Publish(ModuleState.Initial(NameOf(i)) with { Stage = Stage.Extracted, Version = 1 });
        var endpoints = Enumerable.Range(0, modules).SelectMany(
            module => Enumerable.Range(0, endpointsOfEach),
            static (module, endpoint) => new Planned(
                $"/{NameOf(module)}/things{endpoint}/42",
                RouteTable.RouteIdOf(IdOf(module, endpoint)),
                module % 2 == 0 ? Upstream.ClusterOf(NameOf(module)) : Upstream.LegacyCluster));
        return new DecisionPath(directory, app, [.. endpoints]);
    }

    /// <summary>Decides about one request to every endpoint and looks whether it would have gone where it should.</summary>
    /// <exception cref="InvalidOperationException">It would not.</exception>
    public void Check()
    {
        foreach (var endpoint in _endpoints)
        {
            Decide(endpoint);
            if (_arrived!.Route.Config.RouteId != endpoint.Route || _arrived.Cluster.Config.ClusterId != endpoint.Cluster)
                throw new InvalidOperationException($"{endpoint.Path} went by {_arrived.Route.Config.RouteId} to {_arrived.Cluster.Config.ClusterId}, not by {endpoint.Route} to {endpoint.Cluster}.");
        }
    }

    /// <summary>Decides about so many requests, to so many endpoints in turn that lie all over the plan.</summary>
    public void Run(int decisions, int endpoints)
    {
        for (var i = 0; i < decisions; i++) Decide(_endpoints[(int)((long)(i % endpoints) * Stride % _endpoints.Length)]);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _directory.Dispose();
    }

    private void Decide(Planned endpoint)
    {
        _arrived = null;
        _request.Path = _request.RawTarget = endpoint.Path;
        // Nothing on this way waits, so that all of it runs, and allocates, on this thread.
        if (!_pipeline(_context).IsCompletedSuccessfully || _arrived is null) throw new InvalidOperationException($"No decision came about for {endpoint.Path}.");
    }

    /// <summary>As StranglerPipeline, but where YARP's own steps begin the request has arrived.</summary>
    private RequestDelegate Build(IServiceProvider services)
    {
        var pipeline = new ApplicationBuilder(services);
        pipeline.UseMiddleware<PublicSurface>();
        pipeline.UseRouting();
        pipeline.UseEndpoints(endpoints => endpoints.MapReverseProxy(proxy =>
        {
            proxy.Use(services.GetRequiredService<StranglerForwarding>().InvokeAsync);
            proxy.Run(context =>
            {
                _arrived = context.GetReverseProxyFeature();
                return Task.CompletedTask;
            });
        }));
        return pipeline.Build();
    }

    private static string Plan(int modules, int endpointsOfEach)
    {
        var plan = new StringBuilder("""{ "legacy": { "address": "http://127.0.0.1:1" }, "limits": { "extractedSample": 0 }, "modules": {""");
        for (var i = 0; i < modules; i++)
        {
            plan.Append(CultureInfo.InvariantCulture, $$"""{{(i > 0 ? "," : "")}} "{{NameOf(i)}}": { "service": { "addresses": ["http://127.0.0.1:2"] }, "data": "none", "endpoints": [""");
            for (var j = 0; j < endpointsOfEach; j++) plan.Append(CultureInfo.InvariantCulture, $$"""{{(j > 0 ? "," : "")}} { "id": "{{IdOf(i, j)}}", "match": "GET /{{NameOf(i)}}/things{{j}}/{id}" }""");
            plan.Append("] }");
        }

        return plan.Append("} }").ToString();
    }

    private static string NameOf(int module) => $"module{module}";

    private static string IdOf(int module, int endpoint) => $"{NameOf(module)}.things{endpoint}";

    /// <summary>A request to an endpoint, and where it should go.</summary>
    private sealed record Planned(string Path, string Route, string Cluster);
}
