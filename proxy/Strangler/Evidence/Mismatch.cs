using Strangler.Mirroring.Comparison;

namespace Strangler.Evidence;

/// <summary>A pair of answers that differed. Bodies are cut at 4,096 characters; credentials and what the plan redacts are left out.</summary>
/// <param name="EndpointId">The endpoint.</param>
/// <param name="At">When the client asked.</param>
/// <param name="Method">The method.</param>
/// <param name="Target">Path and query.</param>
/// <param name="LegacyStatus">The legacy's status.</param>
/// <param name="ServiceStatus">The service's status.</param>
/// <param name="LegacyBody">The legacy's body as text.</param>
/// <param name="ServiceBody">The service's body as text.</param>
/// <param name="Difference">The first difference, in words.</param>
public sealed record Mismatch(
    string EndpointId,
    DateTimeOffset At,
    string Method,
    string Target,
    int LegacyStatus,
    int ServiceStatus,
    string LegacyBody,
    string ServiceBody,
    string Difference)
{
    /// <summary>The request's headers.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>All places that differ.</summary>
    internal IReadOnlyList<Difference> Differences { get; init; } = [];
}
