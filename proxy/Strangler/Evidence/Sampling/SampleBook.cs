using System.Collections.Concurrent;
using Strangler.Stages;

namespace Strangler.Evidence.Sampling;

/// <summary>
/// The samples of all endpoints that have been asked at <c>Shadow</c> or <c>Canary</c>; at every other stage nothing is measured and nothing is paid.
/// At most 25 KB for an endpoint, whatever its traffic.
/// </summary>
internal sealed class SampleBook(TimeProvider time)
{
    private readonly ConcurrentDictionary<string, EndpointSamples> _endpoints = new(StringComparer.Ordinal);

    public TimeProvider Time => time;

    public Sample Begin(string endpointId, Stage stage, Side side) =>
        stage is Stage.Shadow or Stage.Canary ? _endpoints.GetOrAdd(endpointId, static (_, clock) => new EndpointSamples(clock), time).Begin(side) : Sample.None;

    /// <summary>The endpoint's samples; null when it has none.</summary>
    public EndpointSamples? Of(string endpointId) => _endpoints.GetValueOrDefault(endpointId);

    public void Forget(string endpointId) => _endpoints.TryRemove(endpointId, out _);
}
