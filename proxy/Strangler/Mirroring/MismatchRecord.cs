using Microsoft.Extensions.Primitives;
using Strangler.Evidence;
using Strangler.Forwarding;
using Strangler.Mirroring.Comparison;

namespace Strangler.Mirroring;

/// <summary>Makes what is kept of a mismatch: cut short, and without credentials and what the plan redacts.</summary>
internal static class MismatchRecord
{
    public const int BodyCharacters = 4096;

    public static Mismatch Of(MirrorJob job, MirrorAnswer legacy, MirrorAnswer service, IReadOnlyList<Difference> differences) =>
        Of(job.Route, job.At, job.Method, job.Target, job.Headers, legacy, service, differences);

    public static Mismatch Of(
        PlannedRoute route, DateTimeOffset at, string method, string target, IReadOnlyList<KeyValuePair<string, StringValues>> headers,
        MirrorAnswer legacy, MirrorAnswer service, IReadOnlyList<Difference> differences)
    {
        var book = RuleBook.Of(route.Module.RulesOf(route.Endpoint));
        return new Mismatch(
            route.Endpoint.Id, at, method, target, legacy.Status, service.Status, Shown(legacy, book), Shown(service, book), InWords(differences))
        {
            Headers = [.. headers.Select(header => new KeyValuePair<string, string>(header.Key, book.Hides(header.Key) ? Redaction.Text : Excerpt.Of(header.Value.ToString())))],
            Differences = differences,
        };
    }

    /// <summary>A body as text, as far as it may be kept.</summary>
    public static string Shown(MirrorAnswer answer, RuleBook book)
    {
        if (answer.Body.IsEmpty) return "";
        if (Body.Unpack(answer, new Findings(null)) is not { } body) return $"({answer.Body.Length} bytes, packed)";
        if (body.Kind == BodyKind.Json && book.RedactsPaths) return JsonExcerpt.OfBody(body, book, BodyCharacters) ?? "(not kept: the plan redacts JSON paths, and this body cannot be read as JSON)";
        return body.Text is { } text ? text[..Math.Min(text.Length, BodyCharacters)] : body.Describe(book);
    }

    public static string InWords(IReadOnlyList<Difference> differences)
    {
        var first = differences[0];
        var words = first switch
        {
            { Kind: DifferenceKind.Missing } => $"{first.Path}: the service lacks {first.Legacy}",
            { Kind: DifferenceKind.Added } => $"{first.Path}: the legacy lacks {first.Service}",
            { Kind: DifferenceKind.Order } => $"{first.Path}: in another order",
            _ => $"{first.Path}: legacy {first.Legacy}, service {first.Service}",
        };
        return differences.Count == 1 ? words : $"{words} (and {differences.Count - 1} more)";
    }
}
