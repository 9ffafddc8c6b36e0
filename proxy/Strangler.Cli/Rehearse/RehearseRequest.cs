using Strangler.Cli.Rehearse.Faults;
using Strangler.Corpus;

namespace Strangler.Cli.Rehearse;

/// <summary>What the user asked for on the command line.</summary>
/// <param name="File">What to start; null for the default.</param>
/// <param name="Plan">The plan; null for the default.</param>
/// <param name="Load">The load file; null for <c>load.json</c> beside the plan.</param>
/// <param name="Corpus">A recorded corpus in its place.</param>
/// <param name="Writes">Whether recorded writes are sent, too.</param>
/// <param name="Headers">Sent with every recorded request.</param>
/// <param name="Faults">How the system is hurt.</param>
/// <param name="Out">Where the Markdown report goes; null for none.</param>
/// <param name="NoBuild">Whether to start what has been built before.</param>
/// <param name="Configuration">The build configuration.</param>
/// <param name="Keep">Whether the temporary directory stays in any case.</param>
internal sealed record RehearseRequest(
    string? File,
    string? Plan,
    string? Load,
    string? Corpus,
    bool Writes,
    IReadOnlyList<ExchangeHeader> Headers,
    FaultKinds Faults,
    string? Out,
    bool NoBuild,
    string Configuration,
    bool Keep);
