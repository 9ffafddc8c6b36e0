using Strangler.Evidence;

namespace Strangler.Mirroring.Comparison;

/// <summary>How two values differ.</summary>
internal enum DifferenceKind
{
    /// <summary>The same kind of thing with another value.</summary>
    Value,

    /// <summary>Another kind of thing: a text for a number, null for a text, another element.</summary>
    Type,

    /// <summary>The legacy has it and the service does not.</summary>
    Missing,

    /// <summary>The service has it and the legacy does not.</summary>
    Added,

    /// <summary>The same things in another order.</summary>
    Order,
}

/// <summary>One place where two answers differ.</summary>
/// <param name="Path">The place: <c>status</c>, <c>header NAME</c>, a JSON path, the path to an element, <c>line 3</c>, or <c>body</c>.</param>
/// <param name="Pattern">The same without the numbers of items: equal mismatches share it.</param>
/// <param name="Kind">How they differ.</param>
/// <param name="Legacy">The legacy's value, cut short and redacted; null when it has none.</param>
/// <param name="Service">The service's value likewise.</param>
internal sealed record Difference(string Path, string Pattern, DifferenceKind Kind, string? Legacy, string? Service);

/// <summary>What let a difference pass.</summary>
internal enum LeftOutBy
{
    /// <summary>The plan ignores the place.</summary>
    Ignored,

    /// <summary>The plan tolerates numbers that are so near.</summary>
    Tolerated,

    /// <summary>The plan says that the service answers so on purpose.</summary>
    Intended,

    /// <summary>A side has been seen to differ from itself there.</summary>
    Noise,
}

/// <summary>Differences that do not count, and why.</summary>
/// <param name="By">What let them pass.</param>
/// <param name="Rule">The rule as the plan has it, or the pattern of the noise.</param>
/// <param name="Why">The reason.</param>
/// <param name="Count">How many.</param>
/// <param name="Example">The first.</param>
internal sealed record LeftOut(LeftOutBy By, string Rule, string Why, int Count, Difference Example);

/// <summary>What comparing two answers has found.</summary>
/// <param name="Differences">Where they differ; of those that share a pattern and a kind the first few.</param>
/// <param name="Total">How many places differ, those not listed included.</param>
/// <param name="LeftOut">What did not count.</param>
/// <param name="Notes">What was compared in a coarser way than its type would allow, and why.</param>
internal sealed record AnswerComparison(IReadOnlyList<Difference> Differences, int Total, IReadOnlyList<LeftOut> LeftOut, IReadOnlyList<string> Notes)
{
    /// <summary>True when nothing was compared, as a body is too large once it is unpacked.</summary>
    public bool IsTooLarge { get; init; }

    public bool IsMatch => Total == 0 && !IsTooLarge;

    public ComparisonClass Class => IsTooLarge ? ComparisonClass.TooLarge : Total == 0 ? ComparisonClass.Match : ComparisonClass.Mismatch;
}
