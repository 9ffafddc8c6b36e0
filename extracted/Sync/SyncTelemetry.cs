using System.Diagnostics;
using System.Diagnostics.Metrics;
using Sync.Delivery;
using Sync.DryRuns;

namespace Sync;

/// <summary>The activity source and the meter <c>Sync</c>.</summary>
internal sealed class SyncTelemetry : IDisposable
{
    private readonly ActivitySource _source = new("Sync");
    private readonly Meter _meter = new("Sync");
    private readonly TimeProvider _time;
    private readonly Counter<long> _settled;
    private readonly Counter<long> _parked;
    private readonly Counter<long> _failed;
    private readonly Counter<long> _applied;
    private readonly Counter<long> _dry;
    private readonly Histogram<double> _lag;

    public SyncTelemetry(TimeProvider time)
    {
        _time = time;
        _settled = _meter.CreateCounter<long>("sync.settled", "{change}", "Deliveries that a receiver answered.");
        _parked = _meter.CreateCounter<long>("sync.parked", "{change}", "Deliveries parked after their last attempt.");
        _failed = _meter.CreateCounter<long>("sync.send.failed", "{batch}", "Batches that no receiver answered.");
        _applied = _meter.CreateCounter<long>("sync.inbox", "{change}", "Messages that the inbox answered.");
        _dry = _meter.CreateCounter<long>("sync.dry_runs", "{request}", "Requests that were run dry.");
        _lag = _meter.CreateHistogram<double>("sync.lag", "s", "From the owner's commit to the receiver's acknowledgement.");
    }

    /// <summary>The sending continues the trace of the first change's business write, and names the others.</summary>
    public Activity? StartSend(Receiver receiver, List<PendingDelivery> pending)
    {
        if (!_source.HasListeners()) return null;
        ActivityContext.TryParse(pending[0].Message.TraceParent, null, out var parent);
        var activity = _source.StartActivity("sync.send", ActivityKind.Producer, parent);
        activity?.SetTag("sync.receiver", receiver.Name).SetTag("sync.messages", pending.Count);
        return activity;
    }

    public Activity? StartApply(SyncBatch batch)
    {
        if (!_source.HasListeners()) return null;
        ActivityContext parent = default;
        if (batch.Messages.Count > 0) ActivityContext.TryParse(batch.Messages[0].TraceParent, null, out parent);
        var activity = _source.StartActivity("sync.apply", ActivityKind.Consumer, parent);
        return activity?.SetTag("sync.module", batch.Module).SetTag("sync.messages", batch.Messages.Count);
    }

    public void Settled(string receiver, List<PendingDelivery> sent, SyncReply reply, int parked)
    {
        var name = new KeyValuePair<string, object?>("receiver", receiver);
        _settled.Add(sent.Count, name);
        if (parked > 0) _parked.Add(parked, name);
        if (!_lag.Enabled) return;
        var now = _time.GetUtcNow().ToUnixTimeMilliseconds();
        for (var index = 0; index < sent.Count; index++)
        {
            if (reply.Results[index].Outcome != SyncOutcome.Rejected) _lag.Record((now - sent[index].Created) / 1000d, name);
        }
    }

    public void SendFailed(string receiver) => _failed.Add(1, new KeyValuePair<string, object?>("receiver", receiver));

    public void Answered(string module, SyncReply reply)
    {
        if (!_applied.Enabled) return;
        foreach (var group in reply.Results.CountBy(result => result.Outcome))
            _applied.Add(group.Value, new KeyValuePair<string, object?>("module", module), new KeyValuePair<string, object?>("outcome", group.Key.ToString()));
    }

    public void RanDry(string module, DryRunOutcome outcome) =>
        _dry.Add(1, new KeyValuePair<string, object?>("module", module), new KeyValuePair<string, object?>("outcome", outcome.ToString()));

    public void Dispose()
    {
        _source.Dispose();
        _meter.Dispose();
    }
}
