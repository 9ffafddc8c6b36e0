using System.Text.Json.Nodes;

namespace Strangler.Cli.Rehearse.Way;

/// <summary>The migration did not go on: a gate stayed shut, the judge took the reads back, or a step failed.</summary>
internal sealed class RehearsalStopped(string module, string stage, string message, IReadOnlyList<JsonObject> unmet) : Exception(message)
{
    public string Module => module;

    public string Stage => stage;

    /// <summary>The conditions that were not met; empty when it was not a gate.</summary>
    public IReadOnlyList<JsonObject> Unmet => unmet;
}
