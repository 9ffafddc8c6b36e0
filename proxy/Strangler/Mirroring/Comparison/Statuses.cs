using System.Globalization;

namespace Strangler.Mirroring.Comparison;

/// <summary>Two statuses that differ.</summary>
internal static class Statuses
{
    public static void Compare(int legacy, int service, RuleBook book, Findings findings)
    {
        var difference = new Difference("status", "status", DifferenceKind.Value, legacy.ToString(CultureInfo.InvariantCulture), service.ToString(CultureInfo.InvariantCulture));
        if (book.IntendedAt("status", difference.Legacy, difference.Service) is { } intended) findings.LeaveOut(LeftOutBy.Intended, intended.Path, intended.Why, difference);
        else findings.Add(difference);
    }
}
