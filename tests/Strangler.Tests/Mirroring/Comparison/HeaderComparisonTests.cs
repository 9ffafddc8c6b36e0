using Strangler.Mirroring;
using Strangler.Mirroring.Comparison;
using Strangler.Plan;
using static Strangler.Tests.Mirroring.Comparison.Answers;

namespace Strangler.Tests.Mirroring.Comparison;

[TestClass]
public sealed class HeaderComparisonTests
{
    [TestMethod]
    [DataRow("Content-Language", "en", "EN-gb", "Value header Content-Language")]
    [DataRow("Location", "/a", "/b", "Value header Location")]
    [DataRow("Location", "/a", "http://shop.example/a", null)]
    [DataRow("Location", "/a", "https://shop.example/a", "Value header Location")]
    [DataRow("Location", "/a", "http://shop.example.org/a", "Value header Location")]
    [DataRow("Location", "/a", "/a/", "Value header Location")]
    [DataRow("ETag", "\"1\"", "\"2\"", null)]
    [DataRow("ETag", "\"1\"", "W/\"1\"", "Value header ETag")]
    [DataRow("ETag", "\"1\"", null, "Missing header ETag")]
    [DataRow("Last-Modified", "Tue, 01 Jan 2030 00:00:00 GMT", "Wed, 02 Jan 2030 00:00:00 GMT", null)]
    [DataRow("Cache-Control", "no-store, private", "Private,no-store", null)]
    [DataRow("Cache-Control", "max-age=60", "max-age=61", "Value header Cache-Control")]
    [DataRow("Vary", "Accept, Origin", "origin, accept", null)]
    [DataRow("Allow", "GET, POST", "GET", "Value header Allow")]
    [DataRow("WWW-Authenticate", "Basic", "Bearer", "Value header WWW-Authenticate")]
    [DataRow("Retry-After", "3", "5", null)]
    [DataRow("Retry-After", "3", null, "Missing header Retry-After")]
    [DataRow("Link", "</p?page=2>; rel=\"next\", </p?page=9>; rel=\"last\"", "<http://shop.example/p?page=9>; rel=last, </p?page=2>; rel=next", null)]
    [DataRow("Link", "</p?page=2>; rel=next", "</p?page=3>; rel=next", "Value header Link[rel=next]")]
    [DataRow("Link", "</p?page=2>; rel=next", "</p/?page=2>; rel=next", "Value header Link[rel=next]")]
    [DataRow("Link", "</p?page=2>; rel=next", "</p?page=2>; rel=prev", "Missing header Link[rel=next]", "Added header Link[rel=prev]")]
    [DataRow("Set-Cookie", "s=1; path=/; HttpOnly", "s=2; HttpOnly; Path=/", null)]
    [DataRow("Set-Cookie", "s=1; path=/; HttpOnly", "s=1; path=/", "Missing header Set-Cookie[s]; HttpOnly")]
    [DataRow("Set-Cookie", "s=1", "t=1", "Missing header Set-Cookie[s]", "Added header Set-Cookie[t]")]
    [DataRow("Set-Cookie", "s=1; SameSite=Lax", "s=1; SameSite=Strict", "Value header Set-Cookie[s]; SameSite")]
    [DataRow("Set-Cookie", "s=1; expires=Tue, 01 Jan 2030 00:00:00 GMT", "s=1; expires=Wed, 02 Jan 2030 00:00:00 GMT", null)]
    [DataRow("Set-Cookie", "s=1; expires=Tue, 01 Jan 2030 00:00:00 GMT", "s=1", "Value header Set-Cookie[s]; Lifetime")]
    [DataRow("X-Frame-Options", "DENY", null, "Missing header X-Frame-Options")]
    [DataRow("X-Own", "1", "2", null)]
    [DataRow("Server", "a", "b", null)]
    public void Header_OfEachKind_DiffersWhereItMatters(string name, string legacy, string? service, params string?[]? expected)
    {
        var found = AnswerComparer.Compare(With(name, legacy), service is null ? Of("text/plain", "x") : With(name, service), CompareRules.Exact);
        if (expected?[0] is null) IsAlike(found);
        else Differs(found, expected!);
    }

    [TestMethod]
    [DataRow("text/html; charset=utf-8", "Text/HTML;charset=UTF-8", null)]
    [DataRow("text/html; charset=utf-8", "text/html", "Value header Content-Type")]
    [DataRow("text/html", null, "Missing header Content-Type")]
    [DataRow("multipart/mixed; boundary=a", "multipart/mixed; boundary=b", null)]
    public void ContentType_WithItsParameters_IsCompared(string legacy, string? service, string? expected)
    {
        var found = AnswerComparer.Compare(Of(200, legacy, []), Of(200, service, []), CompareRules.Exact);
        if (expected is null) IsAlike(found);
        else Differs(found, expected);
    }

    [TestMethod]
    public void Headers_ThatThePlanAddsOmitsIntendsOrRedacts_AreTreatedSo()
    {
        var rules = new CompareRules([])
        {
            AddedHeaders = [new HeaderRule("X-Own", "clients read it"), new HeaderRule("X-Secret", "clients read it")],
            OmittedHeaders = [new HeaderRule("Vary", "a proxy adds it")],
            Intended = [new IntendedChange("header Cache-Control", "no-store", null, "may be kept now")],
            RedactedHeaders = ["X-Secret"],
        };
        var found = AnswerComparer.Compare(
            Of("text/plain", "x", ("X-Own", "1"), ("Vary", "a"), ("Cache-Control", "no-store"), ("X-Secret", "abc")),
            Of("text/plain", "x", ("X-Own", "2"), ("Vary", "b"), ("Cache-Control", "max-age=5"), ("X-Secret", "def")), rules);
        Differs(found, "Value header X-Own", "Value header X-Secret");
        Assert.AreEqual("Intended header Cache-Control, Ignored header Vary", string.Join(", ", found.LeftOut.Select(static l => $"{l.By} {l.Rule}")));
        Assert.IsFalse(string.Concat(found.Differences).Contains("abc", StringComparison.Ordinal));
    }

    [TestMethod]
    public void Status_OfAnotherClass_IsAllThatIsSaid()
    {
        Differs(AnswerComparer.Compare(Of("application/json", "{}"), Of(404, "text/html", "no"u8.ToArray()), CompareRules.Exact), "Value status");
        Differs(AnswerComparer.Compare(Of("text/plain", "x"), Of(204, null, []), CompareRules.Exact), "Value status", "Missing header Content-Type", "Missing body");
        IsAlike(AnswerComparer.Compare(Of(404, "text/html", "no"u8.ToArray()), Of(404, "text/html", "no"u8.ToArray()), CompareRules.Exact));
        var rules = new CompareRules([]) { Intended = [new IntendedChange("status", "301", "308", "keeps the method")] };
        IsAlike(AnswerComparer.Compare(Of(301, null, []), Of(308, null, []), rules));
    }

    private static MirrorAnswer With(string name, string value) => Of("text/plain", "x", (name, value));
}
