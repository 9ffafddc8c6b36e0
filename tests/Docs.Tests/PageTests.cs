using Docs.Tests.Pages;

namespace Docs.Tests;

[TestClass]
public sealed class PageTests
{
    private static readonly Page Sample = Page.Parse(
        "docs/sample.md",
        """
        # The `strangler` command, [explained](a.md)

        ## Same & same
        ## Same & same

        <!-- press: Ctrl-C in terminal 2 -->

        <!-- an ordinary comment -->
        <!-- exit: 3 -->
        <!-- varies: 11 ms, 12 -->
        ```sh
        strangler status

        ```

        | option | what `it` does |
        |---|---|
        | `--to A\|B` | goes to [a](b.md#c) |
        | | `x` and ``y`` |

        1. In a list:

           <!-- from: a.cs -->
           ```csharp
           var a = 1;
             var b = 2;
           ```

        ![picture](picture.png)
        """
    );

    [TestMethod]
    public void Headings_TextAndAnchors_AreGitHubs()
    {
        CollectionAssert.AreEqual(
            new[] { "the-strangler-command-explained", "same--same", "same--same-1" },
            Sample.Headings.Select(heading => heading.Anchor).ToArray()
        );
        Assert.AreEqual("The strangler command, explained", Sample.Headings[0].Text);
        Assert.AreEqual(4, Sample.Headings[2].Line);
    }

    [TestMethod]
    public void Directions_AboveAFence_BelongToIt()
    {
        var block = Sample.CodeBlocks.First();

        Assert.AreEqual("sh", block.Language);
        Assert.AreEqual(11, block.Line);
        Assert.AreEqual("strangler status\n", block.Text);
        Assert.AreEqual("3", block.Find("exit"));
        Assert.AreEqual("11 ms, 12", block.Find("varies"));
        Assert.IsFalse(block.Has("press"));
    }

    [TestMethod]
    public void Directions_AboveABlankLine_StandAlone()
    {
        var alone = Sample.Items.Select(item => item.Direction).OfType<Direction>().Single();

        Assert.AreEqual(new Direction("press", "Ctrl-C in terminal 2", 6), alone);
    }

    [TestMethod]
    public void Blocks_InAList_LoseTheListsIndentation()
    {
        var block = Sample.CodeBlocks.Last();

        Assert.AreEqual("var a = 1;\n  var b = 2;", block.Text);
        Assert.AreEqual("a.cs", block.Find("from"));
    }

    [TestMethod]
    public void Tables_CellsAreAsWritten()
    {
        var table = Sample.TableUnder("Same & same");

        CollectionAssert.AreEqual(new[] { "option", "what `it` does" }, table.Header.ToArray());
        CollectionAssert.AreEqual(new[] { "`--to A|B`", "" }, table.Column("option").ToArray());
        Assert.AreEqual("goes to [a](b.md#c)", table.Rows[0].Cells[1]);
        CollectionAssert.AreEqual(new[] { "x", "y" }, table.Rows[1].CodeIn(1).ToArray());
    }

    [TestMethod]
    public void Links_OfTextTablesAndImages_AreFound()
    {
        CollectionAssert.AreEquivalent(
            new[] { "a.md", "b.md#c", "picture.png" },
            Sample.Links.Select(link => link.Target).ToArray()
        );
        Assert.AreEqual("picture.png", Sample.Links.Single(link => link.IsImage).Target);
    }

    [TestMethod]
    public void Documentation_HasTheReadmeAndTheFoldersOfDocs()
    {
        Assert.AreEqual("README.md", Documentation.Get("README.md").Path);
        Assert.IsNotEmpty(Documentation.In("reference"));
    }
}
