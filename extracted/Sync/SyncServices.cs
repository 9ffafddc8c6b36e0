using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Sync.Backfill;
using Sync.Capture;
using Sync.Delivery;
using Sync.DryRuns;
using Sync.Outbox;
using Sync.Ownership;
using Sync.Reconcile;

namespace Sync;

/// <summary>Adds sync to a host.</summary>
public static class SyncServices
{
    /// <summary>Registers sync: its database, interceptor, relay, inbox and background work. Settings come from the section <c>Sync</c>, see <see cref="SyncOptions"/>.</summary>
    /// <exception cref="InvalidOperationException">No database or no module is declared.</exception>
    public static IServiceCollection AddSync(this IServiceCollection services, IConfiguration configuration, Action<SyncBuilder> configure)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentNullException.ThrowIfNull(configure);
        var builder = new SyncBuilder();
        configure(builder);
        if (builder.Dialect is null) throw new InvalidOperationException("Sync has no database: call UseDatabase(provider, connectionString), UseSqlite, UsePostgreSql or UseSqlServer.");
        if (builder.Modules.Count == 0) throw new InvalidOperationException("Sync has no module: call Module(name, ...).");

        services.AddOptions<SyncOptions>().Bind(configuration.GetSection("Sync")).ValidateDataAnnotations()
            .Validate(static options => options.Break.Allowed || !options.Break.IsUsed, SyncBreak.Refusal).ValidateOnStart();
        if (configuration.GetSection("Sync:Break").Exists()) services.Replace(ServiceDescriptor.Singleton(static provider => provider.GetRequiredService<IOptions<SyncOptions>>().Value.Break.Clock));
        else services.TryAddSingleton(TimeProvider.System);
        services.AddHttpContextAccessor();
        services.AddSingleton(builder);
        services.AddSingleton(provider => new ModuleRegistry(builder.Modules, provider.GetRequiredService<IServiceScopeFactory>()));
        services.AddSingleton(provider => new SyncDatabase(builder.Dialect, (connection, transaction) => SyncStartup.Prepare(
            connection,
            transaction,
            builder.Dialect.Sql,
            provider.GetRequiredService<ModuleRegistry>(),
            provider.GetRequiredService<Receivers>(),
            provider.GetRequiredService<IOptions<SyncOptions>>().Value), provider.GetRequiredService<IDryRun>()));
        services.AddSingleton<SyncTelemetry>();
        services.AddSingleton<SyncSignals>();

        services.AddSingleton<OwnershipStore>();
        services.AddSingleton<OwnershipSteps>();
        services.AddSingleton<Drain>();
        services.AddSingleton<ForeignReads>();
        services.AddSingleton<IModuleReads, ModuleReads>();
        services.AddSingleton<ModuleStatusReader>();

        services.AddSingleton<OuterTransactions>();
        services.AddSingleton<SaveCapture>();
        services.AddSingleton<CommandGuard>();
        services.AddSingleton<OutboxWriter>();
        services.AddSingleton<SettledPositions>();
        services.AddSingleton(provider => new SyncInterceptor(
            provider.GetRequiredService<SyncDatabase>(),
            provider.GetRequiredService<SaveCapture>(),
            provider.GetRequiredService<CommandGuard>(),
            provider.GetRequiredService<OuterTransactions>(),
            provider.GetRequiredService<DryRunCapture>()));

        services.AddSingleton<DryRunCapture>();
        services.AddSingleton<DryRunRequests>();
        services.AddSingleton<IDryRun, CurrentDryRun>();
        services.AddTransient<OutgoingCalls>();
        services.ConfigureHttpClientDefaults(static clients => clients.AddHttpMessageHandler<OutgoingCalls>());

        services.AddSingleton<Receivers>();
        services.AddSingleton<DeliveryStore>();
        services.AddSingleton<ParkedStore>();
        services.AddSingleton<PeerClient>();
        services.AddSingleton<HttpChannel>();
        services.AddSingleton(new SyncChannel(SyncChannel.Http, CanPublish: false, provider => provider.GetRequiredService<HttpChannel>()));
        services.AddSingleton<ChannelChoice>();
        services.AddSingleton<IValidateOptions<SyncOptions>>(provider => provider.GetRequiredService<ChannelChoice>());
        services.AddSingleton<IChannel>(provider => provider.GetRequiredService<ChannelChoice>().Find(provider.GetRequiredService<IOptions<SyncOptions>>().Value.Channel)!.Create(provider));
        services.AddSingleton<ContractVersions>();
        services.AddSingleton(provider => new SyncAcknowledgements(
            provider.GetRequiredService<DeliveryStore>(),
            provider.GetRequiredService<ContractVersions>(),
            provider.GetRequiredService<Receivers>(),
            provider.GetRequiredService<SyncSignals>(),
            provider.GetRequiredService<SyncTelemetry>(),
            provider.GetRequiredService<IOptions<SyncOptions>>(),
            provider.GetRequiredService<ILogger<SyncAcknowledgements>>()));
        services.AddSingleton(provider => new SyncInbox(
            provider.GetRequiredService<SyncDatabase>(),
            provider.GetRequiredService<ModuleRegistry>(),
            provider.GetRequiredService<OwnershipStore>(),
            provider.GetRequiredService<SyncTelemetry>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<IOptions<SyncOptions>>().Value.Break,
            provider.GetRequiredService<ILogger<SyncInbox>>()));

        // A backfill asks and waits for the answer, so it goes over HTTP whatever carries the changes.
        services.AddSingleton(provider => new BackfillSender(
            new ContractVersions(provider.GetRequiredService<HttpChannel>(), provider.GetRequiredService<ModuleRegistry>(), provider.GetRequiredService<TimeProvider>()),
            provider.GetRequiredService<IOptions<SyncOptions>>()));
        services.AddSingleton<BackfillAgain>();
        services.AddSingleton<BackfillJob>();
        services.AddSingleton<SumsClient>();
        services.AddSingleton<SumsReader>();
        services.AddSingleton<DifferenceCheck>();
        services.AddSingleton<Repair>();
        services.AddSingleton<ReconcileJob>();
        services.AddSingleton<ModuleWork>();

        // The tables come first: the others are started in this order.
        services.AddHostedService<SyncBreakWarning>();
        services.AddHostedService<SyncStartup>();
        services.AddHostedService<Relay>();
        services.AddHostedService(provider => provider.GetRequiredService<ModuleWork>());
        return services;
    }

    /// <summary>Answers a refused write with 421, names positions, watches foreign reads. Call it after the exception handler and before the endpoints.</summary>
    public static IApplicationBuilder UseSync(this IApplicationBuilder app) => app.UseMiddleware<SyncMiddleware>();
}
