using Strangler.Mirroring.Comparison;
using Strangler.Plan;
using static Strangler.Tests.Mirroring.Comparison.Answers;

namespace Strangler.Tests.Mirroring.Comparison;

[TestClass]
public sealed class HtmlComparisonTests
{
    private const string Page = """
        <!DOCTYPE html><html lang="en"><head><title>T</title></head><body><main class="a b">
        <table><tr><th>n</th><th>p</th></tr><tr><td>one</td><td>1</td></tr><tr><td>two</td><td>2</td></tr></table>
        <a href="/x?a=1&amp;b=2" id=k>go</a></main></body></html>
        """;

    [TestMethod]
    [DataRow("""<p class="x" id="y">a &amp; b</p>""", """<p id=y class='x'>a &#38; b</p>""")]
    [DataRow("<ul><li>a</li><li>b</li></ul>", "<ul>\n  <li> a</li>\n\n  <li>b\n</li> </ul>")]
    [DataRow("<p>a  b\nc</p>", "<p>a b c</p>")]
    [DataRow("<p>a</p><!-- one -->", "<p>a</p>")]
    [DataRow("<p>a<p>b", "<p>a</p><p>b</p>")]
    [DataRow("<P>caf&eacute;</P>", "<p>café</p>")]
    [DataRow("<p>Price: <b>5</b></p>", "<p>Price:\n <b>5</b></p>")]
    public void Html_WrittenDifferently_IsAlike(string legacy, string service) => IsAlike(Html(legacy, service));

    [TestMethod]
    [DataRow("<td>2</td>", "<td>3</td>", "Value html > body > main > table > tbody > tr:nth-child(3) > td:nth-child(2)")]
    [DataRow("href=\"/x?", "href=\"/y?", "Value html > body > main > a[href]")]
    [DataRow(" id=k", "", "Missing html > body > main > a[id]")]
    [DataRow("<tr><td>one</td><td>1</td></tr>", "", "Missing html > body > main > table > tbody > tr:nth-child(2)")]
    [DataRow("<tr><td>two</td><td>2</td></tr>", "<tr><td>two</td><td>2</td></tr><tr><td>two</td><td>2</td></tr>", "Added html > body > main > table > tbody > tr:nth-child(4)")]
    [DataRow("<tr><td>one</td><td>1</td></tr><tr><td>two</td><td>2</td></tr>", "<tr><td>two</td><td>2</td></tr><tr><td>one</td><td>1</td></tr>", "Order html > body > main > table > tbody")]
    [DataRow("<th>n</th>", "<td>n</td>", "Type html > body > main > table > tbody > tr:nth-child(1) > th:nth-child(1)")]
    [DataRow("<title>T</title>", "<title>t</title>", "Value html > head > title")]
    [DataRow("<!DOCTYPE html>", "", "Value doctype")]
    [DataRow("go</a>", "go</a> now", "Added html > body > main")]
    public void Html_Different_EachPlaceIsNamed(string right, string wrong, params string[] expected)
    {
        Assert.Contains(right, Page);
        Differs(Html(Page, Page.Replace(right, wrong, StringComparison.Ordinal)), expected);
    }

    [TestMethod]
    public void Html_SpaceBetweenWords_IsText() => Differs(Html("<p>a <b>b</b></p>", "<p>a<b>b</b></p>"), "Value html > body > p");

    [TestMethod]
    public void Html_IgnoredElementsAndAttributes_AreLeftOutAndShown()
    {
        var rules = new CompareRules([
            new IgnoreRule(null, null, "new each time") { Selector = "input[name=token]", Attribute = "value" },
            new IgnoreRule(null, null, "the build") { Selector = "footer" },
            new IgnoreRule(null, "v[0-9]+", "version")]);
        var found = Html("<input name=token value=1><footer>x</footer><p>v12</p>", "<input name=token value=2><footer class=c>y</footer><p>v13</p>", rules);
        IsAlike(found);
        CollectionAssert.AreEquivalent(new[] { "input[name=token][value]", "footer", "v[0-9]+" }, found.LeftOut.Select(static l => l.Rule).ToArray());
        Differs(Html("<input name=token value=1>", "<input name=other value=2>", rules), "Added html > body > input[value]", "Value html > body > input[name]");
    }

    [TestMethod]
    public void Html_UnderNoise_HidesNothingElse()
    {
        var noise = new NoiseProfile([("html > body > ul > li", DifferenceKind.Value), ("html > body > p[id]", DifferenceKind.Value)]);
        IsAlike(Html("<ul><li>1</li><li>2</li></ul><p id=a>x</p>", "<ul><li>3</li><li>4</li></ul><p id=b>x</p>", null, noise));
        Differs(Html("<ul><li>1</li><li>2</li></ul><p id=a>x</p>", "<ul><li>3</li></ul><p>y</p>", null, noise), "Missing html > body > ul > li:nth-child(2)", "Missing html > body > p[id]", "Value html > body > p");
    }

    [TestMethod]
    public void Html_NestedDeep_IsComparedAsText()
    {
        var deep = string.Concat(Enumerable.Repeat("<div>", 10_000));
        Differs(Html($"{deep}a", $"{deep}b"), "Value body");
        var flat = string.Concat(Enumerable.Repeat("<p>x<br>", 10_000));
        Differs(Html($"{flat}a", $"{flat}b"), "Value html > body > p:nth-child(10000)");
    }
}
