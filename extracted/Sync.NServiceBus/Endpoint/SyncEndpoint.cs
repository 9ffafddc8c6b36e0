using System.Text.Json;
using global::NServiceBus.Features;
using Microsoft.Extensions.DependencyInjection;
using Sync.Capture;

namespace Sync.NServiceBus;

/// <summary>The endpoint of a side.</summary>
internal static class SyncEndpoint
{
    private const int ImmediateRetries = 3;
    private const int DelayedRetries = 8;
    private const string HostIdentifierSwitch = "NServiceBus.Core.Hosting.UseV2DeterministicGuid";
    private static readonly TimeSpan DelayedRetryStep = TimeSpan.FromSeconds(2);

    /// <summary>Names as the contracts have them: an endpoint with NServiceBus's own settings would read nothing from others, and say nothing.</summary>
    private static readonly JsonSerializerOptions OnTheBus = new(SyncJson.Options) { PropertyNamingPolicy = null };

    public static EndpointConfiguration Create(NServiceBusOptions options, ContractTypes contracts, IEnumerable<ModuleMap> modules, Func<Type, string?> moduleOfCommand)
    {
        // Otherwise NServiceBus 10.2 derives the host's identifier with MD5 and warns about it at every start. A host that has decided keeps its own.
        if (!AppContext.TryGetSwitch(HostIdentifierSwitch, out _)) AppContext.SetSwitch(HostIdentifierSwitch, true);
        var endpoint = new EndpointConfiguration(options.Endpoint);
        endpoint.AssemblyScanner().Disable = true;
        endpoint.UseSerialization<SystemJsonSerializer>().Options(OnTheBus);
        endpoint.Conventions()
            .DefiningEventsAs(contracts.IsChange)
            .DefiningCommandsAs(type => moduleOfCommand(type) is not null)
            .DefiningMessagesAs(type => type == typeof(ChangesAnswered));
        endpoint.UseTransport(Transports.Create(options));
        endpoint.SendFailedMessagesTo(Transports.AddressOf(options, options.ErrorQueue));
        if (options.AuditQueue is { } audit) endpoint.AuditProcessedMessagesTo(Transports.AddressOf(options, audit));
        endpoint.LimitMessageProcessingConcurrencyTo(options.Concurrency);
        if (options.CreateQueues) endpoint.EnableInstallers();

        // A side is sent what it needs, and acknowledges it; it subscribes to nothing.
        endpoint.DisableFeature<AutoSubscribe>();
        foreach (var entity in modules.SelectMany(module => module.Entities)) entity.Accept(new HandlerRegistration(endpoint));
        endpoint.AddHandler<ChangesAnsweredHandler>();
        endpoint.Pipeline.Register(provider => new ContractsByName(contracts, provider.GetRequiredService<ChangeInbox>()), "Reads changes by the registered names of their contracts");
        endpoint.Pipeline.Register(provider => ActivatorUtilities.CreateInstance<ToTheOwner>(provider, moduleOfCommand), "Passes commands on to the owner of what they change");

        // What the inbox has refused it would refuse again; a database that is locked or restarted is waited for.
        endpoint.Recoverability()
            .Immediate(immediate => immediate.NumberOfRetries(ImmediateRetries))
            .Delayed(delayed => delayed.NumberOfRetries(DelayedRetries).TimeIncrease(DelayedRetryStep))
            .AddUnrecoverableException<ChangeRejectedException>();
        return endpoint;
    }

    private sealed class HandlerRegistration(EndpointConfiguration endpoint) : IContractVisitor
    {
        // Called as a plain method: as an extension, NServiceBus's source generator would put code of its own in its place, which is empty for a type that is known at run time only.
        void IContractVisitor.Visit<TMessage>(EntityMap entity, string name) => MessageHandlerRegistrationExtensions.AddHandler<ChangeHandler<TMessage>>(endpoint);
    }
}
