using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using Strangler.Decision;
using Strangler.Stages;

namespace Strangler;

/// <summary>The activity source and the meter <c>Strangler</c>, and the log lines of the data path (event ids 1000 to 1999).</summary>
internal sealed partial class StranglerTelemetry : IDisposable
{
    public const string Name = "Strangler";
    private readonly ILogger<StranglerTelemetry> _logger;
    private readonly Meter _meter;
    private readonly Counter<long> _requests;
    private readonly Counter<long> _fallbacks;
    private readonly Counter<long> _again;
    private readonly Counter<long> _compared;
    private readonly Histogram<double> _held;
    private readonly Counter<long> _sides;
    private readonly Counter<long> _ownWrites;
    private readonly Histogram<double> _ownWriteWaits;

    public StranglerTelemetry(ILogger<StranglerTelemetry> logger, IMeterFactory meters)
    {
        _logger = logger;
        _meter = meters.Create(Name);
        _requests = _meter.CreateCounter<long>("strangler.requests", "{request}", "Requests by module, side and reason");
        _fallbacks = _meter.CreateCounter<long>("strangler.fallbacks", "{request}", "Reads that the legacy answered for the service");
        _again = _meter.CreateCounter<long>("strangler.requests.sent_again", "{request}", "Requests sent again, by cause");
        _compared = _meter.CreateCounter<long>("strangler.comparisons", "{request}", "Mirrored requests by endpoint and class");
        _held = _meter.CreateHistogram<double>("strangler.writes.held", "s", "How long writes waited for an owner");
        _sides = _meter.CreateCounter<long>("strangler.side_tokens", "{request}", "Requests with a token for a side, by whether it counted");
        _ownWrites = _meter.CreateCounter<long>("strangler.own_writes.owner", "{request}", "Reads that the owner answered because the copy had not applied the client's own write");
        _ownWriteWaits = _meter.CreateHistogram<double>("strangler.own_writes.wait", "s", "How long reads waited for the copy to apply the client's own write");
    }

    public static ActivitySource Source { get; } = new(Name);

    public void Forwarded(DecisionReason reason, string? module, Side side)
    {
        if (_requests.Enabled) _requests.Add(1, new("reason", reason.ToString()), new("module", module), new("side", side.ToString()));
    }

    public void FellBack(string module, string endpoint)
    {
        _fallbacks.Add(1, new KeyValuePair<string, object?>("module", module), new KeyValuePair<string, object?>("endpoint", endpoint));
        LogFellBack(module, endpoint);
    }

    public void SentAgain(string? module, string cause) =>
        _again.Add(1, new KeyValuePair<string, object?>("module", module), new KeyValuePair<string, object?>("cause", cause));

    public void Compared(string endpoint, Evidence.ComparisonClass outcome)
    {
        if (_compared.Enabled) _compared.Add(1, new KeyValuePair<string, object?>("endpoint", endpoint), new KeyValuePair<string, object?>("class", outcome.ToString()));
    }

    public void Held(string module, TimeSpan time) => _held.Record(time.TotalSeconds, new KeyValuePair<string, object?>("module", module));

    public void SideAsked(bool counted) => _sides.Add(1, new KeyValuePair<string, object?>("outcome", counted ? "used" : "ignored"));

    public void OwnWriteWaited(string module, TimeSpan time) => _ownWriteWaits.Record(time.TotalSeconds, new KeyValuePair<string, object?>("module", module));

    public void OwnWriteAtOwner(string module) => _ownWrites.Add(1, new KeyValuePair<string, object?>("module", module));

    public void HeldTooLong(string module, TimeSpan limit) => LogHeldTooLong(module, limit);

    public void OwnerNotLearnt(Exception error, string module) => LogOwnerNotLearnt(error, module);

    public void Dispose() => _meter.Dispose();

    [LoggerMessage(1100, LogLevel.Warning, "The service of module {Module} could not answer endpoint {Endpoint}; the legacy did")]
    private partial void LogFellBack(string module, string endpoint);

    [LoggerMessage(1101, LogLevel.Warning, "A write of module {Module} found no owner within {Limit} and was answered 503")]
    private partial void LogHeldTooLong(string module, TimeSpan limit);

    [LoggerMessage(1102, LogLevel.Warning, "Who owns module {Module} could not be learnt for a request that was refused")]
    private partial void LogOwnerNotLearnt(Exception error, string module);
}
