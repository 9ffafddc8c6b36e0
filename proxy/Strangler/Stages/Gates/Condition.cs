using System.Text.Json.Serialization;

namespace Strangler.Stages.Gates;

/// <summary>One thing that must hold before a step.</summary>
/// <param name="Name">What is measured.</param>
/// <param name="Required">What it must be.</param>
/// <param name="Measured">What it is.</param>
/// <param name="Met">Whether it holds.</param>
/// <param name="Mend">How to get it met.</param>
/// <param name="Invariant">True when <c>--force</c> does not skip it, because data would be lost or answers be wrong.</param>
internal sealed record Condition(string Name, string Required, string Measured, bool Met, string Mend, bool Invariant = false)
{
    /// <summary>The condition as a sentence, for lists of what is unmet.</summary>
    [JsonIgnore]
    public string Sentence => $"{Name}: {Measured}, required {Required}. {Mend}";
}
