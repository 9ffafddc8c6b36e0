using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Sync.Capture;

namespace Sync.NServiceBus;

/// <summary>
/// Between the handlers and the inbox: changes that arrive side by side are applied in one transaction and answered in one message. A bus keeps no order, so a change that
/// the database refuses (what it refers to is not there yet, its unique value not yet free) is tried again with those that arrive next, until its grace is over.
/// </summary>
internal sealed class ChangeInbox(SyncInbox inbox, ModuleRegistry registry, Lazy<IMessageSession> session, IOptions<NServiceBusOptions> options, IOptions<SyncOptions> sync, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan TryAgain = TimeSpan.FromMilliseconds(20);

    // As many as there are handlers at work, for each waits for its answer.
    private readonly Channel<Waiting> _arrivals = System.Threading.Channels.Channel.CreateUnbounded<Waiting>(new UnboundedChannelOptions { SingleReader = true });

    /// <summary>Applies a change and answers its sender.</summary>
    /// <exception cref="ChangeRejectedException">It was refused, and its sender has been told so.</exception>
    public async Task TakeAsync(Arrival arrival, CancellationToken cancellationToken)
    {
        var waiting = new Waiting(arrival, time.GetTimestamp());
        await _arrivals.Writer.WriteAsync(waiting, cancellationToken);
        var result = await waiting.Result.Task.WaitAsync(cancellationToken);
        // The copy in the error queue is for whoever looks there; the outbox keeps the change. One copy is enough, and none of what an older version may carry.
        if (result.Outcome == SyncOutcome.Rejected && arrival.Message.Refusals == (result.UnknownType ? 1 : 0)) throw new ChangeRejectedException(result.Reason!);
    }

    /// <summary>
    /// The SQL transports commit each message while a thread waits. With the runtime's few threads, handlers would stop each other and everything else in the process
    /// for seconds, until it has added enough.
    /// </summary>
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        ThreadPool.GetMinThreads(out var workers, out var completions);
        ThreadPool.SetMinThreads(Math.Max(workers, options.Value.Concurrency), completions);
        return base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var group = new List<Waiting>();
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (group.Count > 0) await Task.WhenAny(_arrivals.Reader.WaitToReadAsync(stoppingToken).AsTask(), Task.Delay(TryAgain, time, stoppingToken));
                else await _arrivals.Reader.WaitToReadAsync(stoppingToken);
            }
            catch (OperationCanceledException)
            {
                break;
            }

            while (group.Count < sync.Value.BatchSize && _arrivals.Reader.TryRead(out var waiting)) group.Add(waiting);
            group = await ApplyAsync(group);
        }

        foreach (var waiting in group) waiting.Result.TrySetCanceled(CancellationToken.None);
    }

    /// <returns>Those that are tried again.</returns>
    private async Task<List<Waiting>> ApplyAsync(List<Waiting> group)
    {
        var again = new List<Waiting>();
        foreach (var part in group.GroupBy(waiting => (waiting.Arrival.Message.Module, waiting.Arrival.Origin)))
        {
            var waiting = part.OrderBy(one => one.Arrival.Message.Epoch).ThenBy(one => one.Arrival.Message.Position).ToList();
            try
            {
                var results = await AskAsync(part.Key.Module, part.Key.Origin, waiting);
                var answered = new List<(Waiting Waiting, SyncResult Result)>();
                for (var index = 0; index < waiting.Count; index++)
                {
                    if (MayStillSucceed(waiting[index], results[index])) again.Add(waiting[index]);
                    else answered.Add((waiting[index], results[index]));
                }

                await AnswerAsync(answered);
                foreach (var (one, result) in answered) one.Result.TrySetResult(result);
            }
            catch (Exception error)
            {
                // Nothing was applied, or nobody told: the bus brings each of them again.
                foreach (var one in waiting) one.Result.TrySetException(error);
                again.RemoveAll(waiting.Contains);
            }
        }

        return again;
    }

    private async Task<IReadOnlyList<SyncResult>> AskAsync(string module, string origin, List<Waiting> waiting)
    {
        if (registry.Find(module) is null)
            return [.. waiting.Select(_ => new SyncResult(SyncOutcome.Rejected, $"The module '{module}' is not declared here."))];
        var reply = await inbox.ApplyAsync(new SyncBatch(module, origin, waiting.ConvertAll(one => one.Arrival.Message)), CancellationToken.None);
        return reply.Results;
    }

    private bool MayStillSucceed(Waiting waiting, SyncResult result) =>
        result is { Outcome: SyncOutcome.Rejected, UnknownType: false } && waiting.Arrival.Message.Refusals == 0 && time.GetElapsedTime(waiting.Since) < options.Value.RefusalGrace;

    private async Task AnswerAsync(List<(Waiting Waiting, SyncResult Result)> answered)
    {
        foreach (var part in answered.GroupBy(one => (one.Waiting.Arrival.ReplyTo, one.Waiting.Arrival.Receiver)))
        {
            var send = new SendOptions();
            send.SetDestination(part.Key.ReplyTo);
            var answers = part.Select(one => new ChangeAnswer(one.Waiting.Arrival.Message.Position, one.Waiting.Arrival.Message.Type, one.Result.Outcome, one.Result.Reason, one.Result.UnknownType));
            await session.Value.Send(new ChangesAnswered(part.Key.Receiver, [.. answers]), send);
        }
    }

    private sealed record Waiting(Arrival Arrival, long Since)
    {
        public TaskCompletionSource<SyncResult> Result { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
