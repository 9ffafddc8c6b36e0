namespace Strangler.Stages.Gates;

/// <summary>What has been counted for an endpoint.</summary>
internal sealed record EndpointCounts(IReadOnlyDictionary<string, long> Classes, long ServedByLegacy, long ServedByService, long Fallbacks, long Retries)
{
    public long Of(string name) => Classes.GetValueOrDefault(name);
}

/// <summary>The evidence that the data path has gathered.</summary>
internal interface IEvidence
{
    /// <summary>The counts of an endpoint.</summary>
    EndpointCounts Of(string endpointId);

    /// <summary>When a request was last answered by the module's endpoints in the legacy, as far as this proxy knows.</summary>
    DateTimeOffset? LastLegacyCall(string module);

    /// <summary>Begins to count anew.</summary>
    void Reset(string module);

    /// <summary>The latest mismatches of a module, as documents.</summary>
    IReadOnlyList<object> Mismatches(string module);
}
