using System.Text.Json;
using System.Text.RegularExpressions;
using TestKit.Processes;

namespace Docs.Tests.Reference;

[TestClass]
public sealed class OptionTests
{
    private static readonly IReadOnlyList<CodeTable> _tables = OptionTables.All();

    [TestMethod]
    public void Options_PageOfProxyAndSample_EqualsTheCode() => ReferencePage.AssertEquals("options.md", [.. _tables.Where(static table => !IsOfSync(table))]);

    [TestMethod]
    public void Options_PageOfSync_EqualsTheCode() => ReferencePage.AssertEquals("options-sync.md", [.. _tables.Where(IsOfSync)]);

    /// <summary>What the sample sets exists: a setting that nothing reads is a slip that no start reports.</summary>
    [TestMethod]
    public void Options_ThatTheSampleSets_AreOnThePage()
    {
        using var up = JsonDocument.Parse(File.ReadAllText(RepositoryRoot.File(".strangler/up.json")));
        var set = up.RootElement.GetProperty("processes").EnumerateArray()
            .SelectMany(static process => process.GetProperty("environment").EnumerateObject())
            .Select(static variable => variable.Name.Replace("__", ":", StringComparison.Ordinal)).Distinct().ToList();
        var known = _tables.SelectMany(static table => table.Rows).Select(static row => row.Key.Trim('`').Replace("NAME", @"\w+", StringComparison.Ordinal)).ToList();

        Assert.IsNotEmpty(set);
        Assert.IsEmpty(set.Where(name => !known.Exists(pattern => Regex.IsMatch(name, $"^{pattern}$"))), "Every setting in .strangler/up.json is known.");
    }

    private static bool IsOfSync(CodeTable table) => table.Name.StartsWith("Sync", StringComparison.Ordinal);
}
