using System.Collections.Concurrent;
using System.Data.Common;
using System.Globalization;
using Microsoft.Extensions.Options;
using Sync.Databases;

namespace Sync.Delivery;

/// <summary>A delivery that waits.</summary>
/// <param name="Message">The change.</param>
/// <param name="Created">When it was written, in milliseconds since 1970.</param>
/// <param name="IsAwaited">True when it was handed over to a channel that brings answers later, and none has come.</param>
internal sealed record PendingDelivery(SyncMessage Message, long Created, bool IsAwaited);

/// <summary>What of a receiver is unacknowledged.</summary>
internal sealed record Backlog(long? Lowest, long Waiting, long Parked, long? OldestCreated);

/// <summary>The deliveries of the outbox's rows: claimed by a lease per receiver, found by their state, gone once acknowledged.</summary>
internal sealed class DeliveryStore(SyncDatabase database, TimeProvider time, IOptions<SyncOptions> options)
{
    private const int Patience = 3;
    private const int MostPatience = 10;
    private readonly string _instance = Guid.NewGuid().ToString("N");

    // How old changes are when the receiver acknowledges them, in milliseconds, smoothed as TCP does it with its round trips.
    private readonly ConcurrentDictionary<string, double> _ages = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, long> _answers = new(StringComparer.Ordinal);

    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Takes or renews the receiver's lease; false when another instance holds it.</summary>
    public async Task<bool> LeaseAsync(string receiver, CancellationToken cancellationToken)
    {
        using var turn = await database.EnterUrgentAsync(cancellationToken);
        await using var connection = await database.OpenAsync(cancellationToken);
        return await connection.Command(null, database.Sql.TakeLease,
            ("@receiver", receiver), ("@owner", _instance), ("@now", Now), ("@until", Now + (long)options.Value.LeaseDuration.TotalMilliseconds)).RunAsync(cancellationToken) == 1;
    }

    public async Task ReleaseAsync(string receiver, CancellationToken cancellationToken)
    {
        using var turn = await database.EnterWriteAsync(cancellationToken);
        await using var connection = await database.OpenAsync(cancellationToken);
        await connection.Command(null, database.Sql.ReleaseLease, ("@receiver", receiver), ("@owner", _instance)).RunAsync(cancellationToken);
    }

    /// <summary>What may be sent now, as much as fits into one request but always one change.</summary>
    public Task<List<PendingDelivery>> ReadPendingAsync(string receiver, int most, CancellationToken cancellationToken) =>
        database.ReadAsync(connection => ReadPendingAsync(connection, receiver, most, cancellationToken), cancellationToken);

    private async Task<List<PendingDelivery>> ReadPendingAsync(DbConnection connection, string receiver, int most, CancellationToken cancellationToken)
    {
        await using var command = connection.Command(null, database.Sql.ReadPending, ("@receiver", receiver), ("@now", Now), ("@limit", most));
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        // What a database is told about how to look for them is a result of its own before the rows.
        while (row.FieldCount < 11 && await row.NextResultAsync(cancellationToken))
        {
        }

        var pending = new List<PendingDelivery>();
        var bytes = 0L;
        while (await row.ReadAsync(cancellationToken))
        {
            var message = new SyncMessage(row.GetString(1), row.GetString(2), row.GetString(3), row.GetString(4), row.GetInt64(5), row.GetInt64(0), row.IsDBNull(7) ? null : row.GetString(7), (byte[])row.GetValue(6)) { Refusals = row.GetInt32(8) };
            bytes += message.Size;
            if (pending.Count > 0 && bytes > options.Value.MaximumBatchBytes) break;
            pending.Add(new PendingDelivery(message, row.GetInt64(9), row.GetInt32(10) != 0));
        }

        return pending;
    }

    /// <summary>How long until the next refused delivery may be tried again, or null when none waits.</summary>
    public async Task<TimeSpan?> NextAttemptAsync(string receiver, CancellationToken cancellationToken) =>
        await database.ReadAsync(connection => connection.Command(null, database.Sql.ReadNextAttempt, ("@receiver", receiver)).ScalarAsync(cancellationToken), cancellationToken) is long next
            ? TimeSpan.FromMilliseconds(Math.Max(1, next - Now))
            : null;

    /// <summary>How many of the receiver's first deliveries, up to a limit, are on their way.</summary>
    public async Task<int> CountSentAsync(string receiver, int limit, CancellationToken cancellationToken) => Convert.ToInt32(
        await database.ReadAsync(connection => connection.Command(null, database.Sql.CountSent, ("@receiver", receiver), ("@now", Now), ("@limit", limit)).ScalarAsync(cancellationToken), cancellationToken),
        CultureInfo.InvariantCulture);

    /// <summary>How often this process has heard from the receiver.</summary>
    public long AnswersOf(string receiver) => _answers.GetValueOrDefault(receiver);

    /// <summary>The channel has taken them over: they wait for their acknowledgements, and are sent again when these do not come.</summary>
    public Task MarkSentAsync(string receiver, List<PendingDelivery> sent, CancellationToken cancellationToken) => database.WriteAsync(urgent: true, (connection, transaction) =>
        connection.Command(transaction, database.Sql.MarkSent,
            ("@receiver", receiver), ("@positions", ToList(sent.Select(delivery => delivery.Message.Position))), ("@next", Now + TimeoutOf(receiver))).RunAsync(cancellationToken), cancellationToken);

    /// <summary>A receiver that falls behind is given more time: to be sent everything once more would make it take longer still.</summary>
    private long TimeoutOf(string receiver)
    {
        var least = options.Value.AcknowledgeTimeout.TotalMilliseconds;
        return (long)Math.Clamp(Patience * _ages.GetValueOrDefault(receiver), least, MostPatience * least);
    }

    private void NoteAge(string receiver, double age) => _ages.AddOrUpdate(receiver, age, (_, smoothed) => smoothed + ((age - smoothed) / 8));

    /// <summary>Whatever an earlier holder of the lease had sent may be sent now: over another channel perhaps, and a repetition does no harm.</summary>
    public async Task ForgetSentAsync(string receiver, CancellationToken cancellationToken)
    {
        // To look for them among a million that wait would hold up all who write. They are the first ones.
        if (await CountSentAsync(receiver, options.Value.MaximumOnTheirWay, cancellationToken) == 0) return;
        await database.WriteAsync(urgent: true, (connection, transaction) =>
            connection.Command(transaction, database.Sql.ForgetSent, ("@receiver", receiver)).RunAsync(cancellationToken), cancellationToken);
    }

    /// <summary>Those of the positions that are not acknowledged.</summary>
    public Task<List<PendingDelivery>> ReadSentAsync(string receiver, IEnumerable<long> positions, CancellationToken cancellationToken) => database.ReadAsync(
        connection => connection.Command(null, database.Sql.ReadSent, ("@receiver", receiver), ("@positions", ToList(positions))).ListAsync(
            row => new PendingDelivery(new SyncMessage(row.GetString(2), row.GetString(3), row.GetString(4), row.GetString(5), 0, row.GetInt64(0), null, default) { Refusals = row.GetInt32(1) }, row.GetInt64(6), row.GetInt32(7) != 0), cancellationToken),
        cancellationToken);

    /// <summary>They may be sent again at once, without having been refused.</summary>
    public Task SendAgainAsync(string receiver, IEnumerable<long> positions, CancellationToken cancellationToken) => database.WriteAsync(urgent: true, (connection, transaction) =>
        connection.Command(transaction, database.Sql.SendAgain, ("@receiver", receiver), ("@positions", ToList(positions))).RunAsync(cancellationToken), cancellationToken);

    /// <summary>Records a reply in one transaction: acknowledged deliveries go, refused ones wait or are parked.</summary>
    /// <param name="receiver">The receiver.</param>
    /// <param name="sent">What it was sent.</param>
    /// <param name="reply">What it answered.</param>
    /// <param name="maximumAttempts">After how many refusals a change is parked.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>How many were parked.</returns>
    public async Task<int> SettleAsync(string receiver, List<PendingDelivery> sent, SyncReply reply, int maximumAttempts, CancellationToken cancellationToken)
    {
        var accepted = sent.Where((_, index) => reply.Results[index].Outcome != SyncOutcome.Rejected).ToList();
        var acknowledged = ToList(accepted.Select(delivery => delivery.Message.Position));
        var parked = 0;
        // A drain must not wait for the writers that queue to be refused behind the fence.
        await database.WriteAsync(urgent: true, async (connection, transaction) =>
        {
            parked = 0;
            await RemoveAsync(connection, transaction, receiver, acknowledged, cancellationToken);
            for (var index = 0; index < sent.Count; index++)
            {
                if (reply.Results[index].Outcome != SyncOutcome.Rejected) continue;
                var message = sent[index].Message;
                if (message.Refusals + 1 >= maximumAttempts) parked++;
                await connection.Command(transaction, database.Sql.Refuse,
                    ("@receiver", receiver), ("@position", message.Position), ("@maximum", maximumAttempts),
                    ("@next", Now + (long)Backoff.After(message.Refusals, options.Value).TotalMilliseconds), ("@blocked", $"{message.Entity}\n{message.Key}"),
                    ("@error", reply.Results[index].Reason)).RunAsync(cancellationToken);
            }
        }, cancellationToken);
        _answers.AddOrUpdate(receiver, 1, static (_, count) => count + 1);
        if (accepted.Count > 0) NoteAge(receiver, Now - accepted.Average(delivery => delivery.Created));
        return parked;
    }

    /// <summary>Discards what the receiver waits for, up to the position, in batches that let other writers in between.</summary>
    public async Task DiscardAsync(string receiver, long through, CancellationToken cancellationToken)
    {
        int discarded;
        do
        {
            discarded = await database.WriteAsync(urgent: false, async (connection, transaction) =>
            {
                var positions = await connection.Command(transaction, database.Sql.ReadDeliveries, ("@receiver", receiver), ("@through", through), ("@limit", 2_000)).ListAsync(row => row.GetInt64(0), cancellationToken);
                if (positions.Count > 0) await RemoveAsync(connection, transaction, receiver, ToList(positions), cancellationToken);
                return positions.Count;
            }, cancellationToken);
        }
        while (discarded > 0);
    }

    /// <summary>
    /// Removes outbox rows that no receiver waits for, some at a time. Where two receivers acknowledge one change at the same moment, each sees the other still waiting
    /// and leaves the row; changes captured while nobody received them have none from the beginning.
    /// </summary>
    /// <returns>How many were removed.</returns>
    public async Task<long> SweepAsync(CancellationToken cancellationToken)
    {
        const int some = 1_000;
        var after = 0L;
        var removed = 0L;
        while (true)
        {
            List<long> positions;
            positions = await database.ReadAsync(connection => connection.Command(null, database.Sql.ReadUnwanted, ("@after", after), ("@limit", some)).ListAsync(row => row.GetInt64(0), cancellationToken), cancellationToken);
            if (positions.Count == 0) return removed;
            removed += await database.WriteAsync(urgent: false, (connection, transaction) =>
                connection.Command(transaction, database.Sql.RemoveDelivered, ("@positions", ToList(positions))).RunAsync(cancellationToken), cancellationToken);
            after = positions[^1];
        }
    }

    public async Task<Backlog> ReadBacklogAsync(DbConnection connection, DbTransaction? transaction, string receiver, CancellationToken cancellationToken) =>
        (await connection.Command(transaction, database.Sql.ReadBacklog, ("@receiver", receiver)).ListAsync(
            row => new Backlog(row.IsDBNull(0) ? null : row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.IsDBNull(3) ? null : row.GetInt64(3)), cancellationToken))[0];

    /// <summary>How many deliveries at or below the position wait, and how many of these are parked.</summary>
    public async Task<(long Waiting, long Parked)> CountThroughAsync(string receiver, long position, CancellationToken cancellationToken) => (await database.ReadAsync(
        connection => connection.Command(null, database.Sql.CountThrough, ("@receiver", receiver), ("@position", position)).ListAsync(row => (row.GetInt64(0), row.GetInt64(1)), cancellationToken),
        cancellationToken))[0];

    private static string ToList(IEnumerable<long> positions) => $"[{string.Join(',', positions)}]";

    private async Task RemoveAsync(DbConnection connection, DbTransaction transaction, string receiver, string positions, CancellationToken cancellationToken)
    {
        await connection.Command(transaction, database.Sql.Acknowledge, ("@receiver", receiver), ("@positions", positions)).RunAsync(cancellationToken);
        await connection.Command(transaction, database.Sql.RemoveDelivered, ("@positions", positions)).RunAsync(cancellationToken);
    }
}
