using System.Text;
using Microsoft.Extensions.Primitives;
using Strangler.Mirroring;
using Strangler.Mirroring.Comparison;
using Strangler.Plan;

namespace Strangler.Tests.Mirroring.Comparison;

/// <summary>Answers to compare.</summary>
internal static class Answers
{
    public static MirrorAnswer Of(string type, string body, params (string Name, string Value)[] headers) => Of(200, type, Encoding.UTF8.GetBytes(body), headers);

    public static MirrorAnswer Of(int status, string? type, byte[] body, params (string Name, string Value)[] headers) => MirrorAnswer.Of(
        status, [.. (type is null ? [] : new[] { ("Content-Type", type) }).Concat(headers).Select(h => new KeyValuePair<string, StringValues>(h.Item1, h.Item2))], body, ["http://shop.example"]);

    public static AnswerComparison Json(string legacy, string service, CompareRules? rules = null, NoiseProfile? noise = null) =>
        AnswerComparer.Compare(Of("application/json", legacy), Of("application/json", service), rules ?? CompareRules.Exact, noise);

    public static AnswerComparison Html(string legacy, string service, CompareRules? rules = null, NoiseProfile? noise = null) =>
        AnswerComparer.Compare(Of("text/html", legacy), Of("text/html", service), rules ?? CompareRules.Exact, noise);

    /// <summary>The differences as a person reads them: <c>Kind path</c>.</summary>
    public static string[] Found(this AnswerComparison comparison) => [.. comparison.Differences.Select(static d => $"{d.Kind} {d.Path}")];

    public static void IsAlike(AnswerComparison comparison) => Assert.IsTrue(comparison.IsMatch, string.Join('\n', comparison.Differences));

    public static void Differs(AnswerComparison comparison, params string[] expected)
    {
        Assert.AreEqual(string.Join('\n', expected.Order(StringComparer.Ordinal)), string.Join('\n', comparison.Found().Order(StringComparer.Ordinal)), string.Join('\n', comparison.Differences));
        Assert.IsFalse(comparison.IsMatch);
    }
}
