using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.Net.Http.Headers;
using TestKit.Processes;

namespace Docs.Tests.Reference;

[TestClass]
public sealed partial class HeaderTests
{
    private const string Prefix = "Strangler-";

    /// <summary>Headers that only the comparison of answers knows are on the page of comparison.</summary>
    private static readonly string _comparison = RepositoryRoot.File("proxy/Strangler/Mirroring/Comparison");

    private static readonly string[] _proxy = ["proxy/Strangler", "extracted/Sync", "extracted/Sync.NServiceBus"];
    private static readonly string[] _sample = ["extracted/Catalog.Service", "legacy"];

    /// <summary>Registered names that the platform's list lacks.</summary>
    private static readonly string[] _others = ["HTTP2-Settings", "Idempotency-Key", "If", "Refresh"];

    private static readonly Dictionary<string, string> _typed = typeof(HeaderNames).GetFields(BindingFlags.Public | BindingFlags.Static)
        .ToDictionary(static field => field.Name, static field => (string)field.GetValue(null)!);

    [TestMethod]
    public void Headers_Page_EqualsTheCode() => ReferencePage.AssertEquals(
        "headers.md",
        Table("own headers", "header", Constants().Where(static name => name.StartsWith(Prefix, StringComparison.Ordinal) && name.Length > Prefix.Length)),
        Table("own cookies", "cookie", Constants().Where(static name => name.StartsWith("strangler-", StringComparison.Ordinal))),
        Table("standard headers", "header", _proxy.SelectMany(Named).Where(static name => !name.StartsWith(Prefix, StringComparison.Ordinal))),
        Table("headers of the sample", "header", _sample.SelectMany(Named)));

    [TestMethod]
    public void Comparison_HeadersThatAreCompared_AreNamedOnThePage()
    {
        var page = File.ReadAllText(RepositoryRoot.File("docs/reference/comparison.md"));
        var usual = (string[])ProductCode.Types.Single(static type => type.Name == "HeaderComparison").GetField("Usual")!.GetValue(null)!;
        Assert.IsNotEmpty(usual);
        Assert.IsEmpty(usual.Where(name => !page.Contains($"`{name}`", StringComparison.Ordinal)), "docs/reference/comparison.md names every header that is compared.");
    }

    private static CodeTable Table(string name, string column, IEnumerable<string> found) =>
        new(name, [column], [.. found.Distinct(StringComparer.OrdinalIgnoreCase).Order(StringComparer.Ordinal).Select(static header => new CodeRow([$"`{header}`"]))]);

    private static IEnumerable<string> Constants() => ProductCode.Types
        .SelectMany(static type => type.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
        .Where(static field => field is { IsLiteral: true } && field.FieldType == typeof(string))
        .Select(static field => (string)field.GetRawConstantValue()!)
        .Where(static value => Whole().IsMatch(value));

    /// <summary>The headers that the code of a directory names: as a member of a collection of headers, or as text.</summary>
    private static IEnumerable<string> Named(string directory)
    {
        foreach (var file in ProductCode.Files(directory).Where(static file => !file.StartsWith(_comparison, StringComparison.Ordinal)))
        {
            var source = Comment().Replace(File.ReadAllText(file), "");
            foreach (Match found in Member().Matches(source))
                if (_typed.TryGetValue(found.Groups["name"].Value, out var name)) yield return name;
            foreach (Match found in Literal().Matches(source))
                if (found.Groups["name"].Value is var name && IsHeader(name)) yield return name;
        }
    }

    private static bool IsHeader(string name) =>
        name.StartsWith("X-", StringComparison.Ordinal) || _others.Contains(name) || _typed.ContainsValue(name);

    [GeneratedRegex(@"([hH]eaders|HeaderNames|GetTypedHeaders\(\))\.(?<name>[A-Z]\w+)")]
    private static partial Regex Member();

    [GeneratedRegex(@"""(?<name>[A-Za-z][\w-]*)""")]
    private static partial Regex Literal();

    [GeneratedRegex(@"^[A-Za-z]+(-[A-Za-z]+)+$|^Strangler-$")]
    private static partial Regex Whole();

    [GeneratedRegex(@"^\s*//.*$", RegexOptions.Multiline)]
    private static partial Regex Comment();
}
