namespace TestKit;

/// <summary>
/// Marks a test that keeps us from a defect that other systems have had: docs/bugs-of-others.md has them under their numbers. All of them run with
/// <c>--filter TestCategory=BugsOfOthers</c>, those of one with <c>TestCategory=BugsOfOthers-3</c>.
/// </summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class BugOfOthersAttribute(int number) : TestCategoryBaseAttribute
{
    public int Number => number;

    public override IList<string> TestCategories => ["BugsOfOthers", $"BugsOfOthers-{number}"];
}
