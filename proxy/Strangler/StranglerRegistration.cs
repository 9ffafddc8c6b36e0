using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Strangler.Corpus;
using Strangler.Decision;
using Strangler.Evidence;
using Strangler.Forwarding;
using Strangler.Mirroring;
using Strangler.Mirroring.DryRuns;
using Strangler.Plan;
using Strangler.Stages;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;

namespace Strangler;

/// <summary>Registers and uses the proxy.</summary>
public static class StranglerRegistration
{
    /// <summary>
    /// Registers the data path: plan, decision, forwarding, mirroring, evidence. Without a state machine (<c>AddStranglerStages</c>) modules stay in
    /// the states that are published to <see cref="ModuleStates"/>.
    /// </summary>
    public static IServiceCollection AddStrangler(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configuration);
        services.AddOptions<StranglerOptions>().Bind(configuration.GetSection(StranglerOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<TestSwitches>().Bind(configuration.GetSection(TestSwitches.Section))
            .Validate(static switches => switches.Allowed || !switches.IsUsed, TestSwitches.Refusal).ValidateOnStart();
        if (configuration.GetSection(TestSwitches.Section).Exists()) services.AddHostedService<TestSwitchesWarning>();
        services.TryAddSingleton(static provider => provider.GetRequiredService<IOptions<TestSwitches>>().Value.Clock);
        services.TryAddSingleton<ModuleStates>();
        services.TryAddSingleton<IOwnerRefresh, Unattended>();
        services.TryAddSingleton<IPositionWait, Unattended>();
        services.TryAddSingleton<IAppliedLook, Unattended>();
        services.TryAddSingleton<StranglerKeys>();

        services.AddSingleton<PlanStore>();
        services.AddHostedService<PlanWatcher>();
        services.AddSingleton<EvidenceLedger>();
        services.AddSingleton<WritesUnderWay>();
        services.AddMetrics();
        services.AddSingleton<StranglerTelemetry>();

        services.AddSingleton<CookieSigner>();
        services.AddSingleton<ClientBucket>();
        services.AddSingleton<SideToken>();
        services.AddSingleton<OwnWrites>();

        services.AddSingleton<MirrorQueue>();
        services.AddSingleton<MirrorSender>();
        services.AddSingleton<NoiseBook>();
        services.AddSingleton<LeftOutBook>();
        services.AddSingleton<MirrorComparer>();
        services.AddSingleton<NoiseSampling>();
        services.AddSingleton<SecondLook>();
        services.AddSingleton<MirrorTap>();
        services.AddSingleton<Recorder>();
        services.AddSingleton<ReplayDesk>();
        services.AddHostedService<MirrorWorker>();
        services.AddSingleton<DryRunQueue>();
        services.AddSingleton<WriteTaps>();
        services.AddSingleton<DryRunSender>();
        services.AddSingleton<DryRunJudge>();
        services.AddSingleton<DryRunNotes>();
        services.AddHostedService<DryRunWorker>();

        services.AddSingleton<UpstreamNames>();
        services.AddSingleton<UpstreamTransformers>();
        services.AddSingleton<RouteTables>();
        services.AddSingleton<MismatchDesk>();
        services.AddSingleton<HeldForwarding>();
        services.AddSingleton<StranglerForwarding>();

        services.AddReverseProxy();
        services.AddSingleton<IForwarderHttpClientFactory, UpstreamClients>();
        services.AddSingleton(static provider => provider.GetRequiredService<PlanStore>().Current is var plan
            ? new InMemoryConfigProvider(YarpConfig.Routes(plan), YarpConfig.Clusters(plan)) : null!);
        services.AddSingleton<IProxyConfigProvider>(static provider => provider.GetRequiredService<InMemoryConfigProvider>());
        return services;
    }

    /// <summary>
    /// Sends every request that did not come through an admin listener through the proxy, and nothing of it on. Call it before anything else that
    /// answers requests.
    /// </summary>
    /// <exception cref="PlanException">The plan is wrong.</exception>
    public static IApplicationBuilder UseStrangler(this IApplicationBuilder app)
    {
        ArgumentNullException.ThrowIfNull(app);
        var pipeline = StranglerPipeline.Build(app.ApplicationServices);
        return app.Use(next => context => context.IsStranglerAdmin() ? next(context) : pipeline(context));
    }
}
