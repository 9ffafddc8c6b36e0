using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Sync.Delivery;

namespace Sync;

/// <summary>A receiver's answer to one change.</summary>
/// <param name="Position">The change's position.</param>
/// <param name="Type">The registered name of the contract that it was sent as.</param>
/// <param name="Result">What became of it.</param>
public readonly record struct SyncAnswer(long Position, string Type, SyncResult Result);

/// <summary>Where receivers' answers end: acknowledged changes leave the outbox, refused ones wait or are parked.</summary>
public sealed partial class SyncAcknowledgements
{
    private readonly DeliveryStore _deliveries;
    private readonly ContractVersions _versions;
    private readonly Receivers _receivers;
    private readonly SyncSignals _signals;
    private readonly SyncTelemetry _telemetry;
    private readonly SyncOptions _options;
    private readonly ILogger<SyncAcknowledgements> _logger;

    internal SyncAcknowledgements(DeliveryStore deliveries, ContractVersions versions, Receivers receivers, SyncSignals signals, SyncTelemetry telemetry, IOptions<SyncOptions> options, ILogger<SyncAcknowledgements> logger) =>
        (_deliveries, _versions, _receivers, _signals, _telemetry, _options, _logger) = (deliveries, versions, receivers, signals, telemetry, options.Value, logger);

    /// <summary>
    /// Settles answers that come later than the sending, in any order, from any instance's queue, and repeated: an answer to what nobody waits for any more changes nothing.
    /// </summary>
    /// <param name="receiver">The receiver's name, as the channel was given it.</param>
    /// <param name="answers">Its answers.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="System.Data.Common.DbException">The database could not work: nothing was settled, and the answers may be given again.</exception>
    public async Task SettleAsync(string receiver, IReadOnlyCollection<SyncAnswer> answers, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(answers);
        // A receiver that was taken out of the settings may still answer.
        if (_receivers.Find(receiver) is not { } known) return;
        var byPosition = answers.GroupBy(answer => answer.Position).ToDictionary(group => group.Key, group => group.Last());
        var sent = await _deliveries.ReadSentAsync(receiver, byPosition.Keys, cancellationToken);
        // What was refused is refused once. But what was refused and then taken is over: somebody may have brought the copy in the error queue again.
        sent.RemoveAll(delivery => !delivery.IsAwaited && byPosition[delivery.Message.Position].Result.Outcome == SyncOutcome.Rejected);
        var again = sent.Where(delivery => byPosition[delivery.Message.Position] is { Result.UnknownType: true } answer
            && _versions.TryFallBack(receiver, delivery.Message.Module, delivery.Message.Entity, answer.Type)).ToHashSet();
        var settled = sent.FindAll(delivery => !again.Contains(delivery));
        if (settled.Count > 0)
            await SettleAsync(receiver, settled, new SyncReply([.. settled.Select(delivery => byPosition[delivery.Message.Position].Result)], []), _options.MaximumAttempts, cancellationToken);
        if (again.Count > 0) await _deliveries.SendAgainAsync(receiver, again.Select(delivery => delivery.Message.Position), cancellationToken);
        // Later changes of a key may have waited for the one that was refused.
        if (again.Count > 0 || settled.Exists(static delivery => !delivery.IsAwaited)) _signals.Written(known.Module).Give();
    }

    internal async Task SettleAsync(string receiver, List<PendingDelivery> sent, SyncReply reply, int maximumAttempts, CancellationToken cancellationToken)
    {
        var parked = await _deliveries.SettleAsync(receiver, sent, reply, maximumAttempts, cancellationToken);
        _signals.Acknowledged(receiver).Give();
        _telemetry.Settled(receiver, sent, reply, parked);
        if (parked > 0) LogParked(_logger, parked, receiver, reply.Results.First(result => result.Outcome == SyncOutcome.Rejected).Reason);
    }

    [LoggerMessage(3102, LogLevel.Error, "{Count} changes for {Receiver} are parked after their last attempt; the first reason: {Reason}")]
    private static partial void LogParked(ILogger logger, int count, string receiver, string? reason);
}
