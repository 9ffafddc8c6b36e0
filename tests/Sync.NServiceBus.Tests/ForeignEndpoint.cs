using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Sync.Tests.Sample;

namespace Sync.NServiceBus.Tests;

/// <summary>An endpoint of somebody else's, who knows the contracts and nothing of sync.</summary>
public sealed class ForeignEndpoint : IAsyncDisposable
{
    private readonly IHost _host;

    private ForeignEndpoint(IHost host, ConcurrentQueue<ItemChanged> seen) => (_host, Seen) = (host, seen);

    public ConcurrentQueue<ItemChanged> Seen { get; }

    public static async Task<ForeignEndpoint> StartAsync(NServiceBusOfPair bus)
    {
        var seen = new ConcurrentQueue<ItemChanged>();
        var endpoint = new EndpointConfiguration(bus.EndpointOf("foreign"));
        endpoint.AssemblyScanner().Disable = true;
        endpoint.UseSerialization<SystemJsonSerializer>();
        endpoint.Conventions().DefiningEventsAs(static type => type == typeof(ItemChanged)).DefiningCommandsAs(static type => type == typeof(ReviseItem));
        endpoint.UseTransport(Transports.Create(OptionsOf(bus)));
        endpoint.SendFailedMessagesTo(Transports.AddressOf(OptionsOf(bus), bus.ErrorQueue));
        endpoint.EnableInstallers();
        endpoint.AddHandler<SeenHandler>();
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.ClearProviders().AddProvider(NullLoggerProvider.Instance);
        builder.Services.AddSingleton(seen);
        builder.Services.AddNServiceBusEndpoint(endpoint);
        var host = builder.Build();
        await host.StartAsync();
        return new ForeignEndpoint(host, seen);
    }

    public static NServiceBusOptions OptionsOf(NServiceBusOfPair bus) => new()
    {
        Transport = bus.Settings["Sync:NServiceBus:Transport"]!,
        ConnectionString = bus.Settings["Sync:NServiceBus:ConnectionString"],
        Directory = bus.Directory,
    };

    public Task SendAsync(object command, string endpoint, TimeSpan? delay = null) => SendAsync(command, endpoint, options =>
    {
        if (delay is { } later) options.DelayDeliveryWith(later);
    });

    /// <summary>Puts a contract straight into somebody's queue, as if it were a command.</summary>
    public Task PushAsync(object message, string endpoint) => SendAsync(message, endpoint, static options => options.DoNotEnforceBestPractices());

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }

    private async Task SendAsync(object message, string endpoint, Action<SendOptions> configure)
    {
        var addresses = _host.Services.GetRequiredService<global::NServiceBus.Transport.ITransportAddressResolver>();
        var options = new SendOptions();
        options.SetDestination(addresses.ToTransportAddress(new global::NServiceBus.Transport.QueueAddress(endpoint)));
        configure(options);
        await _host.Services.GetRequiredService<IMessageSession>().Send(message, options);
    }
}

public sealed class SeenHandler(ConcurrentQueue<ItemChanged> seen) : IHandleMessages<ItemChanged>
{
    public Task Handle(ItemChanged message, IMessageHandlerContext context)
    {
        seen.Enqueue(message);
        return Task.CompletedTask;
    }
}
