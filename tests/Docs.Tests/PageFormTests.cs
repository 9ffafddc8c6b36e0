using System.Text.RegularExpressions;
using Docs.Tests.Form;
using Docs.Tests.Pages;

namespace Docs.Tests;

/// <summary>Pages of one kind have one form, fit on two screens, carry a date, and have no private words.</summary>
[TestClass]
public sealed partial class PageFormTests
{
    // Two screens of seventy lines.
    private const int MostLines = 140;

    [TestMethod]
    public void Pages_AllOfThem_HaveTheirForm() =>
        PageCheck.Run(CheckNames.Form, Documentation.Pages.Where(page => !PageKinds.IsRecord(page)), ErrorsOf);

    [TestMethod]
    public void Pages_AllOfThem_CarryADate()
    {
        if (DateUpdate.IsAsked)
        {
            Assert.Inconclusive("This run sets the dates.");
        }

        var errors = Documentation.Pages.Where(page => !PageKinds.IsRecord(page)).SelectMany(PageDate.ErrorsOf).ToList();
        Assert.IsEmpty(errors, "\n" + string.Join('\n', errors));
    }

    [TestMethod]
    public void Steps_FromTheFirst_AreNumbered()
    {
        var names = Documentation.In("steps").Select(page => Path.GetFileName(page.Path)).Where(name => char.IsDigit(name[0]));
        var numbers = names.Select(name => name[..3]);

        CollectionAssert.AreEqual(Enumerable.Range(1, numbers.Count()).Select(number => $"{number:00}-").ToArray(), numbers.ToArray());
    }

    [TestMethod]
    [DataRow("docs/steps/01-a.md", "# A\n## Goal\n## Change", "headings of the second level")]
    [DataRow("docs/runbooks/a.md", "# A\n## What it means\n## What you see", "headings of the second level")]
    [DataRow("docs/a.md", "# A\n# B", "one heading of the first level")]
    [DataRow("docs/a.md", "# A\nA switch that mended itself", "in place of 'mended': fix")]
    [DataRow("docs/a.md", "# A\nit Tells of", "in place of 'Tells': says")]
    [DataRow("docs/a.md", "# A\nin /root/strangler", "a path of one machine")]
    public void Page_OfAnotherForm_HasAnError(string path, string text, string error) =>
        Assert.Contains(error, ErrorsOf(Page.Parse(path, text)).Single());

    [TestMethod]
    public void Page_OverTwoScreens_HasAnError()
    {
        var text = "# A\n" + string.Concat(Enumerable.Repeat("line\n", MostLines));

        Assert.Contains("has 141 lines", ErrorsOf(Page.Parse("docs/a.md", text)).Single());
        Assert.IsEmpty(ErrorsOf(Page.Parse("docs/adr/a.md", text)));
    }

    [TestMethod]
    public void PrivateWords_InCode_AreLeftAlone() =>
        Assert.IsEmpty(ErrorsOf(Page.Parse("docs/a.md", "# A\nThe field `mend` of [a](mend.md).\n\n```sh\necho mend\n```")));

    [TestMethod]
    [DataRow("# A", DisplayName = "no date")]
    [DataRow("# A\n\n*Last checked: 2026-13-01*", DisplayName = "no day of a calendar")]
    [DataRow("*Last checked: 2026-12-01*\n\n# A", DisplayName = "at another place")]
    public void Page_WithoutADateAtItsEnd_HasAnError(string text) =>
        Assert.Contains("the last line", PageDate.ErrorsOf(Page.Parse("docs/a.md", text)).Single());

    [TestMethod]
    [DataRow("docs/a.md", "# A\n", "# A\n\n*Last checked: 2026-12-01*\n")]
    [DataRow("docs/a.md", "# A\n\n*Last checked: 2025-01-31*\n", "# A\n\n*Last checked: 2026-12-01*\n")]
    [DataRow("docs/a.ko.md", "# A\n\n*마지막 확인: YYYY-MM-DD*\n", "# A\n\n*마지막 확인: 2026-12-01*\n")]
    public void PageDate_SetOnAPage_IsItsLastLine(string path, string before, string after)
    {
        var text = PageDate.Set(Page.Parse(path, before), new DateOnly(2026, 12, 1));

        Assert.AreEqual(after, text);
        Assert.IsEmpty(PageDate.ErrorsOf(Page.Parse(path, text)));
    }

    private static IEnumerable<string> ErrorsOf(Page page) =>
        [.. Outline.ErrorsOf(page), .. LengthErrorsOf(page), .. PrivateWords.ErrorsOf(page), .. PathErrorsOf(page)];

    private static IEnumerable<string> LengthErrorsOf(Page page)
    {
        if (PageKinds.IsRead(page) && page.Lines.Count > MostLines)
        {
            yield return $"{page.Path} has {page.Lines.Count} lines; more than {MostLines} are two pages.";
        }
    }

    private static IEnumerable<string> PathErrorsOf(Page page) =>
        page.Lines.Index()
            .Where(line => MachinePath().IsMatch(line.Item))
            .Select(line => $"{page.Path}:{line.Index + 1}: a path of one machine: {line.Item.Trim()}");

    [GeneratedRegex("(?<![A-Za-z0-9.~])/(root|work)/")]
    private static partial Regex MachinePath();
}
