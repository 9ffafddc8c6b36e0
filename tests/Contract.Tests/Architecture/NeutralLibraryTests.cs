using System.Text.RegularExpressions;

namespace Contract.Tests.Architecture;

/// <summary>Proxy and sync work for any application: neither may know that this one is a shop.</summary>
[TestClass]
public sealed partial class NeutralLibraryTests
{
    [TestMethod]
    [DataRow("proxy")]
    [DataRow("extracted/Sync")]
    public void Sources_NameNothingOfTheShop(string folder)
    {
        var files = SourceFiles.Below(folder).ToList();
        Assert.IsGreaterThan(10, files.Count, folder);
        var found = files.SelectMany(file => file.Text.Split('\n')
            .Where(line => !Example().IsMatch(line))
            .Where(line => ShopWord().IsMatch(line))
            .Select(line => $"{file.Path}: {line.Trim()}"));
        Assert.AreEqual("", string.Join('\n', found));
    }

    // Examples in documentation comments may be taken from the sample.
    [GeneratedRegex(@"^\s*//|for example")]
    private static partial Regex Example();

    [GeneratedRegex(@"\b(catalog|product|shop|cart|checkout|inventory|customer)(s|ies)?\b", RegexOptions.IgnoreCase)]
    private static partial Regex ShopWord();
}
