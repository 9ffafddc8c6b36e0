using System.Text.RegularExpressions;
using Strangler.Cli.Rehearse;
using Strangler.Cli.Rehearse.Faults;
using Strangler.Cli.Rehearse.Load;
using TestKit.Processes;

namespace Strangler.Tests.Cli.Rehearse;

/// <summary>The reference page says what the reader knows, and the sample's own load is right.</summary>
[TestClass]
public sealed partial class LoadReferenceTests
{
    private static readonly string Page = File.ReadAllText(RepositoryRoot.File("docs/reference/load.md"));

    [TestMethod]
    [DataRow("field", nameof(LoadFields.Load))]
    [DataRow("field of `reads[]`", nameof(LoadFields.Read))]
    [DataRow("field of `records[]`", nameof(LoadFields.Record))]
    [DataRow("field of `writes[]`", nameof(LoadFields.Write))]
    public void Fields_OnThePage_AreThoseThatAreRead(string head, string list)
    {
        var fields = (string[])typeof(LoadFields).GetField(list)!.GetValue(null)!;
        var shown = Table(head).SelectMany(static row => Code().Matches(row).Select(static m => m.Groups[1].Value.Replace("[]", "", StringComparison.Ordinal)));
        CollectionAssert.AreEquivalent(fields.Where(static f => f[0] != '$').ToArray(), shown.ToArray());
    }

    [TestMethod]
    public async Task Sample_WithItsPlan_ReachesEveryEndpoint()
    {
        var request = new RehearseRequest(
            RepositoryRoot.File(".strangler/up.json"), null, null, null, false, [], FaultKinds.None, null, true, RepositoryRoot.Configuration, false);
        var input = await RehearsalInput.ReadAsync(request, RepositoryRoot.Path, CancellationToken.None);
        Assert.IsEmpty(input.Plan.Modules.Values.SelectMany(input.Load.Untouched).Select(static e => e.Id));
    }

    [TestMethod]
    public async Task Corpus_OfTheSample_IsALoad()
    {
        var request = new RehearseRequest(
            RepositoryRoot.File(".strangler/up.json"), null, null, RepositoryRoot.File("tests/Contract.Tests/Corpus"), false, [], FaultKinds.None, null, true, RepositoryRoot.Configuration, false);
        var input = await RehearsalInput.ReadAsync(request, RepositoryRoot.Path, CancellationToken.None);
        Assert.IsNotEmpty(input.Load.Reads);
        Assert.IsEmpty(input.Load.Writes, "writes are sent when they are asked for");
        Assert.IsTrue(input.Load.Reads.All(static r => r.Read.Headers.All(static h => !h.Name.StartsWith("If-", StringComparison.OrdinalIgnoreCase))), "validators belong to other data");
    }

    /// <summary>The first cell of each row of the table whose head begins so.</summary>
    private static IEnumerable<string> Table(string head) => Page.Split('\n')
        .SkipWhile(line => !line.StartsWith($"| {head} |", StringComparison.Ordinal))
        .Skip(2)
        .TakeWhile(static line => line.StartsWith('|'))
        .Select(static line => line.Split('|')[1]);

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Code();
}
