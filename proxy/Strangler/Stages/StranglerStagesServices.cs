using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Strangler.Admin;
using Strangler.Plan;
using Strangler.Stages.Background;
using Strangler.Stages.Gates;
using Strangler.Stages.Judging;
using Strangler.Stages.Sides;
using Strangler.Stages.Store;
using Strangler.Stages.Switching;

namespace Strangler.Stages;

/// <summary>Registers the state machine, its store, the ownership switch and the admin API's services.</summary>
public static class StranglerStagesServices
{
    /// <summary>Adds everything behind <c>MapStranglerAdmin</c>; call it after <c>AddStrangler</c>. The proxies' state is opened, and upgraded if need be, when the host starts.</summary>
    public static IServiceCollection AddStranglerStages(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddOptions<StageOptions>().BindConfiguration($"{StranglerOptions.Section}:Stages").ValidateDataAnnotations().ValidateOnStart();
        services.TryAddSingleton<IFaultPoints>(static provider => provider.GetService<IOptions<TestSwitches>>()?.Value.Points is { } points ? new StopPoints(points) : new NoFaultPoints());
        services.TryAddSingleton<StranglerKeys>();
        services.AddSingleton<Func<PlanSnapshot>>(provider =>
        {
            var plans = provider.GetRequiredService<PlanStore>();
            return () => plans.Current;
        });
        services.AddSingleton<IValidateOptions<StranglerOptions>, StateDatabaseValidation>();
        services.AddSingleton(static provider => StageStores.Open(provider.GetRequiredService<IOptions<StranglerOptions>>().Value, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new SideClient(
            new HttpClient(Handler()) { Timeout = Timeout.InfiniteTimeSpan }, provider.GetRequiredService<Func<PlanSnapshot>>(), Key(provider.GetRequiredService<StranglerKeys>())));
        services.AddSingleton<StageTelemetry>();
        services.AddSingleton<CanaryJudge>();
        services.AddSingleton<GateKeeper>();
        services.AddSingleton<OwnershipSwitch>();
        services.AddSingleton<OwnerTakeover>();
        services.AddSingleton<SwitchPreflight>();
        services.AddSingleton<StageMachine>();
        services.Replace(ServiceDescriptor.Singleton<IOwnerRefresh, OwnerRefresh>());
        services.AddSingleton<PositionWait>();
        services.Replace(ServiceDescriptor.Singleton<IPositionWait>(static provider => provider.GetRequiredService<PositionWait>()));
        services.Replace(ServiceDescriptor.Singleton<IAppliedLook, AppliedLook>());
        services.AddSingleton<SideWatch>();
        services.AddHostedService<StateRefresher>();
        services.AddHostedService<SwitchResumer>();
        services.AddHostedService<CanaryWatch>();
        services.AddHostedService(provider => provider.GetRequiredService<SideWatch>());
        services.AddSingleton<AdminStatus>();
        services.AddSingleton<SideTasks>();
        services.AddSingleton<EvidenceArchive>();
        services.AddSingleton<SideTokens>();
        services.AddSingleton<ParkedTasks>();
        return services;
    }

    private static Func<string?> Key(StranglerKeys keys) => () => keys.Sync;

    // Connections stay open: a switch must not begin with a handshake.
    private static SocketsHttpHandler Handler() => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        ConnectTimeout = TimeSpan.FromSeconds(2),
        PooledConnectionIdleTimeout = TimeSpan.FromMinutes(10),
    };
}
