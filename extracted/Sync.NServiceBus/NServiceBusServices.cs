using global::NServiceBus.Transport;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Sync.NServiceBus;

/// <summary>Adds NServiceBus as a channel of sync.</summary>
public static class NServiceBusServices
{
    /// <summary>What <c>Sync:Channel</c> is set to for it.</summary>
    public const string Channel = "NServiceBus";

    /// <summary>
    /// Adds the channel, and hosts the endpoint when <c>Sync:NServiceBus:Transport</c> is set: from then on this side receives over NServiceBus, and with
    /// <c>Sync:Channel=NServiceBus</c> it sends over it, too. Call it after <c>AddSync</c>.
    /// </summary>
    /// <param name="services">The host's services.</param>
    /// <param name="configuration">The host's configuration; see <see cref="NServiceBusOptions"/>.</param>
    /// <param name="moduleOfCommand">
    /// Which types are commands, so that contracts need no marker, and to which module, whose owner alone does them; null for all other types. None when left out.
    /// </param>
    /// <param name="configure">Whatever else the host wants of the endpoint, such as handlers of its commands.</param>
    /// <exception cref="InvalidOperationException"><c>AddSync</c> was not called before.</exception>
    public static IServiceCollection AddSyncNServiceBus(this IServiceCollection services, IConfiguration configuration, Func<Type, string?>? moduleOfCommand = null, Action<EndpointConfiguration>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configuration);
        var modules = services.Select(service => service.ImplementationInstance).OfType<SyncBuilder>().SingleOrDefault()?.Modules
            ?? throw new InvalidOperationException("Call AddSync before AddSyncNServiceBus: it says which modules and contracts there are.");
        var section = configuration.GetSection("Sync:NServiceBus");
        services.AddOptions<NServiceBusOptions>().Bind(section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<IValidateOptions<NServiceBusOptions>, NServiceBusOptionsValidation>();
        services.AddSingleton(new SyncChannel(Channel, CanPublish: true, static provider => ActivatorUtilities.CreateInstance<NServiceBusChannel>(provider)));

        // The endpoint is described before the host is built. Settings that cannot be are named when the host starts.
        var options = section.Get<NServiceBusOptions>() ?? new NServiceBusOptions();
        if (!options.IsUsed || Transports.Fault(options) is not null || string.IsNullOrWhiteSpace(options.Endpoint)) return services;
        var contracts = new ContractTypes(modules);
        services.AddSingleton(contracts);
        services.AddSingleton(provider => new Lazy<SyncAcknowledgements>(provider.GetRequiredService<SyncAcknowledgements>));
        // There is one once the endpoint has started; asked for before, it would be none for good.
        services.AddSingleton(provider => new Lazy<IMessageDispatcher>(provider.GetRequiredService<IMessageDispatcher>));
        services.AddSingleton(provider => new Lazy<IMessageSession>(provider.GetRequiredService<IMessageSession>));
        services.AddSingleton<ChangeInbox>();
        // Started before the endpoint and stopped after it, for the handlers wait for it.
        services.AddHostedService(provider => provider.GetRequiredService<ChangeInbox>());
        var endpoint = SyncEndpoint.Create(options, contracts, modules, moduleOfCommand ?? (static _ => null));
        configure?.Invoke(endpoint);
        services.AddNServiceBusEndpoint(endpoint);
        return services;
    }
}
