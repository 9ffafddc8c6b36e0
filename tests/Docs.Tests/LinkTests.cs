using Docs.Tests.Links;
using Docs.Tests.Pages;

namespace Docs.Tests;

/// <summary>Every link to a file or heading of this repository leads there.</summary>
[TestClass]
public sealed class LinkTests
{
    private static readonly LinkTargets Targets = new(Documentation.Find);

    [TestMethod]
    public void Links_OfAllPages_LeadSomewhere() =>
        PageCheck.Run(CheckNames.Links, Documentation.Pages, page => ErrorsOf(page, Targets));

    [TestMethod]
    [DataRow("architecture.md")]
    [DataRow("architecture.md#words")]
    [DataRow("#here")]
    [DataRow("#here-1")]
    [DataRow("#an-anchor")]
    [DataRow("../README.md")]
    [DataRow("../.strangler/plan.json#L2")]
    [DataRow("adr/")]
    [DataRow("https://example.org/nothing#here")]
    public void Link_ToWhatIsThere_IsInOrder(string target) => Assert.IsEmpty(ErrorsOf(PageWith(target), Targets));

    [TestMethod]
    [DataRow("nothing.md", "there is no docs/nothing.md")]
    [DataRow("Architecture.md", "there is no docs/Architecture.md")]
    [DataRow("architecture.md#nothing", "docs/architecture.md has no heading #nothing")]
    [DataRow("#nothing", "docs/page.md has no heading #nothing")]
    [DataRow("#Here", "docs/page.md has no heading #Here")]
    [DataRow("/docs/architecture.md", "begins with a slash")]
    [DataRow("../../elsewhere.md", "leaves the repository")]
    [DataRow("../.strangler/plan.json#L9999", "has no line 9999")]
    public void Link_ToNothing_IsAnError(string target, string error) =>
        Assert.Contains(error, ErrorsOf(PageWith(target), Targets).Single());

    private static Page PageWith(string target) =>
        Page.Parse("docs/page.md", $"# Here\n\n## Here\n\n<a id=\"an-anchor\"></a>\n\n[a link]({target})\n");

    private static IEnumerable<string> ErrorsOf(Page page, LinkTargets targets) =>
        page.Links.Select(link => targets.FindError(page, link)).OfType<string>();
}
