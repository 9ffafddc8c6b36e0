using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Sync.Delivery;

/// <summary>One loop for each receiver, so that a slow or dead one delays nobody else.</summary>
internal sealed partial class Relay(
    Receivers receivers,
    DeliveryStore deliveries,
    ContractVersions channel,
    SyncAcknowledgements acknowledgements,
    SyncSignals signals,
    SyncTelemetry telemetry,
    IOptions<SyncOptions> options,
    TimeProvider time,
    ILogger<Relay> logger) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(receivers.All.Select(receiver => RunAsync(receiver, stoppingToken)));

    private async Task RunAsync(Receiver receiver, CancellationToken stopping)
    {
        await Task.Yield();
        var leasedUntil = 0L;
        var held = false;
        var failures = 0;
        var limit = new BatchLimit(options.Value.BatchSize);
        var repeats = new Repeats();
        while (!stopping.IsCancellationRequested)
        {
            var news = signals.Written(receiver.Module).Next;
            var answered = signals.Acknowledged(receiver.Name).Next;
            var wait = options.Value.PollInterval;
            var pause = TimeSpan.Zero;
            try
            {
                if (time.GetTimestamp() >= leasedUntil)
                {
                    if (!await deliveries.LeaseAsync(receiver.Name, stopping))
                    {
                        held = false;
                        await Task.Delay(options.Value.PollInterval, time, stopping);
                        continue;
                    }

                    if (!held) await deliveries.ForgetSentAsync(receiver.Name, stopping);
                    held = true;
                    leasedUntil = time.GetTimestamp() + (long)(options.Value.LeaseDuration.TotalSeconds / 2 * time.TimestampFrequency);
                }

                var room = channel.AnswersLater ? await RoomAsync(receiver, stopping) : int.MaxValue;
                if (room == 0) news = answered;
                else if (await SendOnceAsync(receiver, limit, repeats, Math.Min(limit.Most, room), stopping)) wait = TimeSpan.Zero;
                if (wait > TimeSpan.Zero) wait = Shorter(await deliveries.NextAttemptAsync(receiver.Name, stopping), options.Value.PollInterval);
                failures = 0;
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                break;
            }
            catch (Exception error)
            {
                // Whatever went wrong, the rows are still there: wait longer each time, and say so.
                telemetry.SendFailed(receiver.Name);
                LogFailed(logger, receiver.Name, receiver.Address, error);
                // A call may have hung for longer than the lease.
                leasedUntil = 0;
                // News end the wait early: the receiver may be back, and a drain asks. But one that is dead is not called for every write.
                pause = options.Value.InitialBackoff;
                // A receiver that comes back is found within two polls.
                wait = Shorter(Backoff.After(failures++, options.Value), 2 * options.Value.PollInterval);
            }

            if (pause > TimeSpan.Zero) await Task.WhenAny(Task.Delay(Shorter(pause, wait), time, stopping));
            if (wait > pause) await Task.WhenAny(news, Task.Delay(wait - pause, time, stopping));
        }

        await ReleaseAsync(receiver);
    }

    /// <summary>How many more changes may be on their way, so that a receiver that is down leaves them here and not in its queue.</summary>
    private async Task<int> RoomAsync(Receiver receiver, CancellationToken cancellationToken) =>
        options.Value.MaximumOnTheirWay - await deliveries.CountSentAsync(receiver.Name, options.Value.MaximumOnTheirWay, cancellationToken);

    /// <summary>Sends what may be sent now, up to one batch.</summary>
    /// <returns>False when there was nothing to send.</returns>
    private async Task<bool> SendOnceAsync(Receiver receiver, BatchLimit limit, Repeats repeats, int most, CancellationToken cancellationToken)
    {
        var pending = await deliveries.ReadPendingAsync(receiver.Name, most, cancellationToken);
        if (pending.Count == 0) return false;
        SyncReply reply;
        var attempts = options.Value.MaximumAttempts;
        if (pending[0].Message.Size > options.Value.MaximumBodyBytes)
        {
            // It comes alone, and no attempt would ever succeed: those behind it must not wait for it.
            reply = new SyncReply([new SyncResult(SyncOutcome.Rejected, $"The change has {pending[0].Message.Payload.Length} bytes, more than one request may have: raise Sync:MaximumBodyBytes ({options.Value.MaximumBodyBytes}) on both sides and retry it.")], []);
            attempts = 1;
        }
        else
        {
            using var activity = telemetry.StartSend(receiver, pending);
            if (channel.AnswersLater)
            {
                await HandOverAsync(receiver, pending, repeats, cancellationToken);
                return true;
            }

            if (options.Value.Break.Acknowledgement)
                await deliveries.SettleAsync(receiver.Name, pending, new SyncReply([.. pending.Select(static _ => new SyncResult(SyncOutcome.Applied))], []), attempts, cancellationToken);
            try
            {
                reply = (await channel.SendAsync(receiver.Name, ToBatch(receiver, pending), cancellationToken))!;
                limit.Answered();
            }
            catch (NoAnswerException)
            {
                limit.NotAnswered(pending.Count);
                throw;
            }
            catch (BatchTooLargeException) when (pending.Count > 1)
            {
                // The receiver is set to less than this side: what fits goes through, and what does not is found.
                return await SendOnceAsync(receiver, limit, repeats, pending.Count / 2, cancellationToken);
            }
            catch (BatchTooLargeException error)
            {
                reply = new SyncReply([new SyncResult(SyncOutcome.Rejected, error.Message)], []);
                attempts = 1;
            }
        }

        await acknowledgements.SettleAsync(receiver.Name, pending, reply, attempts, cancellationToken);
        return true;
    }

    /// <summary>Marks them first: an answer may come before the channel's own return.</summary>
    private async Task HandOverAsync(Receiver receiver, List<PendingDelivery> pending, Repeats repeats, CancellationToken cancellationToken)
    {
        await deliveries.MarkSentAsync(receiver.Name, pending, cancellationToken);
        var chosen = repeats.Choose(pending, deliveries.AnswersOf(receiver.Name));
        try
        {
            await channel.SendAsync(receiver.Name, ToBatch(receiver, chosen), cancellationToken);
        }
        catch
        {
            await deliveries.SendAgainAsync(receiver.Name, chosen.Select(delivery => delivery.Message.Position), CancellationToken.None);
            throw;
        }
    }

    private SyncBatch ToBatch(Receiver receiver, List<PendingDelivery> pending) => new(receiver.Module, options.Value.Side, pending.ConvertAll(row => row.Message));

    private static TimeSpan Shorter(TimeSpan? one, TimeSpan other) => one is { } first && first < other ? first : other;

    private async Task ReleaseAsync(Receiver receiver)
    {
        try
        {
            await deliveries.ReleaseAsync(receiver.Name, CancellationToken.None);
        }
        catch (Exception error)
        {
            // The lease runs out by itself.
            LogNotReleased(logger, receiver.Name, error);
        }
    }

    [LoggerMessage(3101, LogLevel.Warning, "The relay to {Receiver} at {Address} failed; it tries again.")]
    private static partial void LogFailed(ILogger logger, string receiver, Uri address, Exception error);

    [LoggerMessage(3103, LogLevel.Information, "The relay's lease on {Receiver} was not given back; it runs out.")]
    private static partial void LogNotReleased(ILogger logger, string receiver, Exception error);
}
