using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Sync.Tests.Sample;

/// <summary>A channel as a message bus is one: it takes changes over, promises no order, and the answers come some time later, or not at all.</summary>
public sealed class LaterBus(SampleSide other) : SampleBus
{
    private readonly ConcurrentDictionary<Task, bool> _underWay = [];

    /// <summary>The share of messages, and of answers, that get lost or are brought twice.</summary>
    public double Unreliable { get; set; }

    /// <summary>How long each message is under way.</summary>
    public TimeSpan Slow { get; set; }

    /// <summary>Takes everything over and brings nothing.</summary>
    public bool Silent { get; set; }

    /// <summary>Every change that was handed over.</summary>
    public ConcurrentQueue<SyncMessage> Taken { get; } = new();

    /// <summary>How many changes were handed over at a time.</summary>
    public ConcurrentQueue<int> Batches { get; } = new();

    /// <summary>Every change that was published.</summary>
    public ConcurrentQueue<SyncMessage> Published { get; } = new();

    public override Dictionary<string, string?> Settings { get; } = new() { ["Sync:Channel"] = "Later", ["Sync:AcknowledgeTimeout"] = "00:00:00.300" };

    public override void AddTo(WebApplicationBuilder builder) =>
        builder.Services.AddSingleton(new SyncChannel("Later", CanPublish: true, provider => new Carrier(this, provider)));

    /// <summary>Waits for what is under way, so that nothing of it outlives the test.</summary>
    public Task SettledAsync() => Task.WhenAll(_underWay.Keys);

    private async Task BringAsync(IServiceProvider sender, string receiver, SyncBatch batch, SyncMessage message)
    {
        var times = Random.Shared.NextDouble() < Unreliable ? Random.Shared.Next(0, 3) : 1;
        for (var n = 0; n < times; n++)
        {
            await Task.Delay(Slow + TimeSpan.FromMilliseconds(Random.Shared.Next(0, 15)));
            try
            {
                var reply = await other.Host.App.Services.GetRequiredService<SyncInbox>().ApplyAsync(new SyncBatch(batch.Module, batch.From, [message]), CancellationToken.None);
                if (Random.Shared.NextDouble() < Unreliable) continue;
                await sender.GetRequiredService<SyncAcknowledgements>().SettleAsync(receiver, [new SyncAnswer(message.Position, message.Type, reply.Results[0])], CancellationToken.None);
            }
            catch (Exception error) when (error is InvalidOperationException or ObjectDisposedException)
            {
                // One of the sides is stopped.
            }
        }
    }

    private sealed class Carrier(LaterBus bus, IServiceProvider sender) : IChannel
    {
        public bool AnswersLater => true;

        public async Task<SyncReply?> SendAsync(string receiver, SyncBatch batch, CancellationToken cancellationToken)
        {
            if (receiver.EndsWith("/*", StringComparison.Ordinal))
            {
                foreach (var message in batch.Messages) bus.Published.Enqueue(message);
                await sender.GetRequiredService<SyncAcknowledgements>().SettleAsync(receiver, [.. batch.Messages.Select(static one => new SyncAnswer(one.Position, one.Type, new SyncResult(SyncOutcome.Applied)))], cancellationToken);
                return null;
            }

            bus.Batches.Enqueue(batch.Messages.Count);
            foreach (var message in batch.Messages)
            {
                bus.Taken.Enqueue(message);
                if (bus.Silent) continue;
                var bringing = Task.Run(() => bus.BringAsync(sender, receiver, batch, message), CancellationToken.None);
                bus._underWay[bringing] = true;
                _ = bringing.ContinueWith(done => bus._underWay.TryRemove(done, out _), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            }

            return null;
        }
    }
}
