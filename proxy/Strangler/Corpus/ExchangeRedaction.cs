using System.Text.RegularExpressions;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;
using Strangler.Mirroring;
using Strangler.Mirroring.Comparison;

namespace Strangler.Corpus;

/// <summary>
/// Makes an exchange of what passed, without what must not be kept: the values of credentials' headers and of cookies, passwords and antiforgery tokens in forms and
/// pages, and what the plan redacts by header or by path.
/// </summary>
internal static partial class ExchangeRedaction
{
    private static readonly string[] Secrets = ["password", "passwd", "secret", "__RequestVerificationToken"];

    /// <returns>The exchange, or null when it cannot be kept: the plan redacts paths, and a body cannot be read to find them.</returns>
    public static Exchange? Of(
        string endpoint, DateTimeOffset at, string by, string method, string target, IReadOnlyList<KeyValuePair<string, StringValues>> headers, ReadOnlyMemory<byte>? body, MirrorAnswer answer, RuleBook book)
    {
        var asked = MirrorAnswer.Of(0, headers, body ?? default, []);
        if (Body(asked, book) is not { } request || Answer(answer, book) is not { } kept) return null;
        return new Exchange(endpoint, at, by, new ExchangeRequest(method, target, Headers(headers, book, static name => MirrorSender.Travels(name) && !IsOfTheBody(name)), body is null ? null : request.Text, request.Base64), kept);
    }

    /// <summary>An answer as it is kept; null when it cannot be.</summary>
    public static ExchangeAnswer? Answer(MirrorAnswer answer, RuleBook book)
    {
        if (Body(answer, book) is not { } body) return null;
        var headers = Headers(answer.Headers, book, static name => !IsOfTheBody(name) && !name.Equals("Transfer-Encoding", StringComparison.OrdinalIgnoreCase) && !name.Equals("Connection", StringComparison.OrdinalIgnoreCase));
        return new ExchangeAnswer(answer.Status, headers, body.Text, body.Base64);
    }

    // It is kept unpacked.
    private static bool IsOfTheBody(string name) => name.Equals("Content-Encoding", StringComparison.OrdinalIgnoreCase) || name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase);

    private static List<ExchangeHeader> Headers(IEnumerable<KeyValuePair<string, StringValues>> headers, RuleBook book, Func<string, bool> kept) =>
        [.. headers.Where(header => kept(header.Key)).SelectMany(static header => header.Value, (header, value) => new ExchangeHeader(header.Key, Value(header.Key, value ?? "", book)))];

    private static string Value(string name, string value, RuleBook book)
    {
        if (!book.Hides(name)) return value;
        // Which cookies are set and how is what is compared; what is in them is nobody's business.
        return name.Equals("Set-Cookie", StringComparison.OrdinalIgnoreCase) ? CookieValue().Replace(value, $"$1{Redaction.Text}", 1) : Redaction.Text;
    }

    private static (string? Text, string? Base64)? Body(MirrorAnswer answer, RuleBook book)
    {
        if (answer.Body.IsEmpty) return ("", null);
        if (Mirroring.Comparison.Body.Unpack(answer, new Findings(null)) is not { } body) return null;
        if (body.Kind == BodyKind.Json && book.RedactsPaths) return JsonExcerpt.OfBody(body, book, int.MaxValue) is { } json ? (json, null) : null;
        if (body.Text is not { } text) return (null, Convert.ToBase64String(body.Bytes.Span));
        if (answer.ContentType?.StartsWith("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase) == true) return (Form(text, book), null);
        return (body.Kind == BodyKind.Html ? TokenField().Replace(text, $"$1{Redaction.Text}$2") : text, null);
    }

    private static string Form(string text, RuleBook book)
    {
        var root = RuleCursor.Root(book, null);
        var fields = QueryHelpers.ParseQuery(text);
        return string.Join('&', fields.SelectMany(static field => field.Value, (field, value) =>
        {
            var hidden = Secrets.Any(secret => field.Key.Contains(secret, StringComparison.OrdinalIgnoreCase)) || root.Into(field.Key).IsHidden;
            return $"{Uri.EscapeDataString(field.Key)}={Uri.EscapeDataString(hidden ? Redaction.Text : value ?? "")}";
        }));
    }

    [GeneratedRegex("""^([^=;]*=)[^;]*""")]
    private static partial Regex CookieValue();

    [GeneratedRegex("""(<input[^>]*name="__RequestVerificationToken"[^>]*value=")[^"]*(")""", RegexOptions.IgnoreCase)]
    private static partial Regex TokenField();
}
