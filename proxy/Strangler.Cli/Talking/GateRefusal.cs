using System.Text.Json.Nodes;
using Strangler.Cli.Running;

namespace Strangler.Cli.Talking;

/// <summary>What a gate says when it stays shut: every condition, met or not, and how to mend those that are not.</summary>
internal static class GateRefusal
{
    public static CommandFailure Of(JsonObject document)
    {
        var conditions = document["conditions"]?.AsArray().OfType<JsonObject>().ToArray() ?? [];
        var unmet = document["unmet"]?.AsArray().Count ?? 0;
        return new CommandFailure($"Refused; {document["module"]} stays at {document["to"]}. {unmet} of {conditions.Length} conditions unmet:", ExitCode.Refused, document) { Details = ConditionTable.Of(conditions) };
    }
}
