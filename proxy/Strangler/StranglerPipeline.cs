using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Strangler.Forwarding;

namespace Strangler;

/// <summary>
/// The way of a request through the proxy.
/// <code>
///    client                      proxy                                          legacy / service
///      |                           |
///      |----- request -----------> | 1  PublicSurface: no tunnel, no /_sync/, no body past the plan's limit
///      |                           | 2  YARP's routing finds the planned endpoint, or the catch-all
///      |                           | 3  RawTarget: a path that can be read in two ways is not planned
///      |                           | 4  ModuleStates: what is believed about the module, one look-up
///      |                           | 5  EndpointDecision: which side, and why; ClientBucket at Canary, OwnWrites where a copy would answer
///      |                           | 6  HeldForwarding: a write waits while ownership changes hands, its body is kept
///      |                           | 7  MirrorTap, WriteTap: listen in on what shall be compared (and Recorder, before 4, on what is recorded)
///      |                           | 8  Reassignment: the one place where a request is given to a cluster
///      |                           | 9  UpstreamTransformer, YARP's forwarder ------------> request as it came
///      |                           |10  UpstreamTransformer &lt;----------------------------- answer
///      |                           |11  a refusal (421) or an outage is kept inside: to the owner (6), to the legacy (8)
///      |&lt;---- answer ------------- |12  as it came, without what names the inside
///                                  |
///                                  |13  MirrorWorker asks the other side -----------------> the same read
///                                  |    DryRunWorker asks the service, beside the owner --> the same write, to be run dry
///                                  |14  AnswerComparer, SecondLook, EvidenceLedger &lt;-----
/// </code>
/// Steps 13 and 14 are off the client's path.
/// </summary>
internal static class StranglerPipeline
{
    /// <summary>Builds the pipeline apart from the application's own endpoints, so that neither can shadow the other.</summary>
    public static RequestDelegate Build(IServiceProvider services)
    {
        var pipeline = new ApplicationBuilder(services);
        pipeline.UseMiddleware<PublicSurface>();
        pipeline.UseRouting();
        var forwarding = services.GetRequiredService<StranglerForwarding>();
        pipeline.UseEndpoints(endpoints => endpoints.MapReverseProxy(proxy =>
        {
            proxy.Use(forwarding.InvokeAsync);
            proxy.UseSessionAffinity();
            proxy.UseLoadBalancing();
            proxy.UsePassiveHealthChecks();
        }));
        return pipeline.Build();
    }
}
