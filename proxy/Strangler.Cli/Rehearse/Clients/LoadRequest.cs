using Strangler.Corpus;
using Strangler.Mirroring;

namespace Strangler.Cli.Rehearse.Clients;

/// <summary>One request of a client, filled.</summary>
/// <param name="Endpoint">The endpoint of the plan, or the target where the plan has none.</param>
/// <param name="Method">The method.</param>
/// <param name="Target">Path and query.</param>
/// <param name="Headers">The headers.</param>
/// <param name="Body">The body; null for none.</param>
/// <param name="ContentType">Of the body.</param>
internal sealed record LoadRequest(
    string Endpoint, string Method, string Target, IReadOnlyList<ExchangeHeader> Headers, ReadOnlyMemory<byte>? Body = null, string? ContentType = null)
{
    /// <summary>True when a client may send it again although it does not know what has become of the first one.</summary>
    public bool CanBeRepeated { get; init; } = true;

    public override string ToString() => $"{Method} {Target}";
}

/// <summary>How a request ended.</summary>
/// <param name="Answer">The answer; null when none came.</param>
/// <param name="Error">Why none came.</param>
/// <param name="Repeated">True when it was sent more than once although the first one may have been done.</param>
internal sealed record LoadAnswer(MirrorAnswer? Answer, string? Error, bool Repeated)
{
    /// <summary>True when a write may have been done without the client being told.</summary>
    public bool IsUnknown { get; init; }

    public int Status => Answer?.Status ?? 0;
}
