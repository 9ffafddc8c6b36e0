using System.Globalization;
using System.Text.RegularExpressions;
using TestKit.Processes;

namespace Contract.Tests.Architecture;

/// <summary>The list of others' bugs and the tests that are marked with their numbers say the same.</summary>
[TestClass]
public sealed partial class BugsOfOthersTests
{
    [TestMethod]
    public void EveryBug_HasTheTestsThatItsPageNames_AndNoOthers()
    {
        var page = File.ReadAllText(RepositoryRoot.File("docs/bugs-of-others.md"));
        var sections = Section().Matches(page).ToDictionary(match => int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture), match => match.Groups[2].Value);
        CollectionAssert.AreEqual(Enumerable.Range(1, 8).ToList(), sections.Keys.ToList());
        var marked = SourceFiles.Below("tests").SelectMany(file => Marked().Matches(file.Text)).SelectMany(match =>
            Number().Matches(match.Groups[1].Value).Select(number => (Bug: int.Parse(number.Groups[1].Value, CultureInfo.InvariantCulture), Test: match.Groups[2].Value))).ToHashSet();
        foreach (var (bug, text) in sections)
        {
            var named = TestName().Matches(text).Select(match => match.Groups[1].Value).Distinct().Order(StringComparer.Ordinal);
            var found = marked.Where(mark => mark.Bug == bug).Select(mark => mark.Test).Order(StringComparer.Ordinal);
            Assert.AreEqual(string.Join('\n', found), string.Join('\n', named), $"Bug {bug}: the marked tests, and those that docs/bugs-of-others.md names.");
            Assert.IsTrue(marked.Any(mark => mark.Bug == bug), $"Bug {bug} has no test.");
        }
    }

    [GeneratedRegex(@"^## (\d+)\. (.*?)(?=^## |\z)", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Section();

    // The attributes of a method, then its name.
    [GeneratedRegex(@"\[TestMethod, ((?:BugOfOthers\(\d+\)(?:, )?)+)\]\s+(?:\[[^\n]*\]\s+)*public async Task (\w+)\(")]
    private static partial Regex Marked();

    [GeneratedRegex(@"BugOfOthers\((\d+)\)")]
    private static partial Regex Number();

    [GeneratedRegex(@"`(\w+_\w+)`")]
    private static partial Regex TestName();
}
