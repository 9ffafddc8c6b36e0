using Docs.Tests.Code;
using Docs.Tests.Pages;
using TestKit.Processes;

namespace Docs.Tests;

/// <summary>Code on a page is code of this repository.</summary>
[TestClass]
public sealed class CodeBlockTests
{
    private static readonly string[] Languages = ["csharp", "json", "xml", "sql", "cshtml"];

    private static readonly string[] Sample =
    [
        "namespace A;",
        "",
        "class B",
        "{",
        "    void C()",
        "    {",
        "        D();",
        "",
        "        E();",
        "    }",
        "}",
    ];

    [TestMethod]
    public void CodeBlocks_OfAllPages_EqualTheirFiles() =>
        PageCheck.Run(CheckNames.Code, Documentation.Pages, ErrorsOf);

    [TestMethod]
    [DataRow("class B\n{")]
    [DataRow("void C()\n{\n    D();\n\n    E();\n}")]
    [DataRow("void C()\n{\n    // ...\n    E();\n}")]
    [DataRow("class B\n...\n}")]
    public void Excerpt_LinesOfTheFile_IsFound(string shown) =>
        Assert.IsTrue(new CodeExcerpt(shown.Split('\n')).IsIn(Sample));

    [TestMethod]
    [DataRow("class C", DisplayName = "another line")]
    [DataRow("class B\nvoid C()", DisplayName = "lines left out in silence")]
    [DataRow("void C()\n{\nD();", DisplayName = "another indentation")]
    [DataRow("E();\n// ...\nD();", DisplayName = "another order")]
    [DataRow("    class B", DisplayName = "more indentation than the file has")]
    [DataRow("// ...", DisplayName = "nothing")]
    [DataRow("}\n}\n}", DisplayName = "past the end")]
    public void Excerpt_OtherLines_IsNotFound(string shown) =>
        Assert.IsFalse(new CodeExcerpt(shown.Split('\n')).IsIn(Sample));

    [TestMethod]
    [DataRow("", "needs <!-- from: FILE --> above it", DisplayName = "no file")]
    [DataRow("<!-- from: nowhere.cs -->\n", "no file nowhere.cs", DisplayName = "a file that is not there")]
    [DataRow("<!-- from: README.md -->\n", "are not in README.md", DisplayName = "lines that are not in the file")]
    public void Page_WithCodeOfNoFile_HasAnError(string above, string error) =>
        Assert.Contains(error, ErrorsOf(Page.Parse("docs/page.md", above + "```csharp\nvoid C() => D();\n```")).Single());

    private static IEnumerable<string> ErrorsOf(Page page) =>
        page.CodeBlocks.Where(block => NeedsFile(page, block) || block.Has("from")).Select(ErrorOf).OfType<string>();

    private static bool NeedsFile(Page page, CodeBlock block) => Languages.Contains(block.Language) && PageKinds.IsRead(page);

    private static string? ErrorOf(CodeBlock block)
    {
        if (block.Find("from") is not { } path)
        {
            return $"{block.Place}: a block of {block.Language} needs <!-- from: FILE --> above it.";
        }

        var file = RepositoryRoot.File(path);
        if (!File.Exists(file))
        {
            return $"{block.Place}: there is no file {path}.";
        }

        return new CodeExcerpt(block.Lines).IsIn(File.ReadAllLines(file))
            ? null
            : $"{block.Place}: these lines are not in {path}, or not in one piece:\n{block.Text}";
    }
}
