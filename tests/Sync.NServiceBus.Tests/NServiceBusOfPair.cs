using global::NServiceBus.Pipeline;
using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Sync.Tests.Sample;
using TestKit;
using TestKit.Databases;

namespace Sync.NServiceBus.Tests;

/// <summary>Each pair of sides has queues of its own: in the legacy's database, or in a directory where that is a file.</summary>
[TestClass]
public sealed class NServiceBusOfPair : SampleBus
{
    private static readonly TemporaryDirectory Directories = new();
    private static int _pairs;
    private int _passedOn;

    // The test framework makes one, too.
    public NServiceBusOfPair() : this(0, "", "", new SqliteTestDatabase())
    {
    }

    private NServiceBusOfPair(int pair, string name, string other, TestDatabase queues)
    {
        Pair = pair;
        Settings = new()
        {
            ["Sync:Channel"] = "NServiceBus",
            ["Sync:NServiceBus:Endpoint"] = EndpointOf(name),
            ["Sync:NServiceBus:Endpoints:sample"] = EndpointOf(other),
            ["Sync:NServiceBus:ErrorQueue"] = ErrorQueue,
            ["Sync:NServiceBus:Transport"] = queues is SqliteTestDatabase ? "learning" : queues.Provider,
            ["Sync:NServiceBus:ConnectionString"] = queues.ConnectionString,
            ["Sync:NServiceBus:Directory"] = Directory,
        };
    }

    public override Dictionary<string, string?> Settings { get; }

    public int Pair { get; }

    /// <summary>How many commands this side has passed on to the other.</summary>
    public int PassedOn => _passedOn;

    public string ErrorQueue => EndpointOf("error");

    public string Directory => Path.Combine(Directories.Path, Pair.ToString(CultureInfo.InvariantCulture));

    [AssemblyInitialize]
    public static void UseNServiceBus(TestContext context) => ForPair = static queues =>
    {
        var pair = Interlocked.Increment(ref _pairs);
        return (new NServiceBusOfPair(pair, "legacy", "service", queues), new NServiceBusOfPair(pair, "service", "legacy", queues));
    };

    [AssemblyCleanup]
    public static void CleanUp() => Directories.Dispose();

    // A dot in it, as in many an estate's names.
    public string EndpointOf(string name) => string.Create(CultureInfo.InvariantCulture, $"pair{Pair}.{name}");

    public override void AddTo(WebApplicationBuilder builder) =>
        builder.Services.AddSyncNServiceBus(builder.Configuration, static type => type == typeof(ReviseItem) ? "sample" : null, endpoint =>
        {
            endpoint.AddHandler<ReviseItemHandler>();
            endpoint.Pipeline.Register(new Outgoing(this), "Sends nothing while the bus is away, and counts commands that are passed on");
        });

    private sealed class Outgoing(NServiceBusOfPair bus) : Behavior<IRoutingContext>
    {
        public override async Task Invoke(IRoutingContext context, Func<Task> next)
        {
            if (bus.IsAway) throw new IOException("The bus is away.");
            await next();
            if (context.Message.Headers.ContainsKey("Sync.Passes")) Interlocked.Increment(ref bus._passedOn);
        }
    }
}

/// <summary>A command of the sample module.</summary>
public sealed record ReviseItem(string Code, decimal Price);

public sealed class ReviseItemHandler(SampleContext sample) : IHandleMessages<ReviseItem>
{
    public async Task Handle(ReviseItem message, IMessageHandlerContext context)
    {
        var item = sample.Items.Single(item => item.Code == message.Code);
        item.Price = message.Price;
        await sample.SaveChangesAsync(context.CancellationToken);
    }
}
