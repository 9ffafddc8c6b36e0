using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Primitives;
using Strangler.Mirroring;

namespace Strangler.Corpus;

/// <summary>A request and the answer that was given to it, as it is kept: unpacked, and without what is redacted.</summary>
/// <param name="Endpoint">The endpoint's id in the plan.</param>
/// <param name="At">When it was answered.</param>
/// <param name="By">The side that answered, or <c>HAR</c> for an import.</param>
/// <param name="Request">What was asked.</param>
/// <param name="Answer">What was answered.</param>
internal sealed record Exchange(string Endpoint, DateTimeOffset At, string By, ExchangeRequest Request, ExchangeAnswer Answer)
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    private static readonly JsonSerializerOptions Line = new(Options) { WriteIndented = false };

    public string ToJson(bool indented = true) => JsonSerializer.Serialize(this, indented ? Options : Line);

    /// <exception cref="JsonException">The text is no exchange.</exception>
    public static Exchange Of(string json)
    {
        var exchange = JsonSerializer.Deserialize<Exchange>(json, Options);
        if (exchange is not { Endpoint: not null, Request: { Method: not null, Target: not null, Headers: not null }, Answer.Headers: not null })
            throw new JsonException("The fields endpoint, request.method, request.target, request.headers and answer.headers are needed.");
        if (exchange.Request.Headers.Concat(exchange.Answer.Headers).Any(static h => h?.Name is null || h.Value is null)) throw new JsonException("Each header needs a name and a value.");
        foreach (var encoded in new[] { exchange.Request.BodyBase64, exchange.Answer.BodyBase64 })
        {
            if (encoded is not null && !Base64.IsValid(encoded)) throw new JsonException("The field bodyBase64 is not base 64.");
        }

        return exchange;
    }
}

/// <summary>What was asked.</summary>
/// <param name="Method">The method.</param>
/// <param name="Target">Path and query.</param>
/// <param name="Headers">The headers, without those of the connection.</param>
/// <param name="Body">The body as text; null when there was none or it is none.</param>
/// <param name="BodyBase64">The body, where it is no text.</param>
internal sealed record ExchangeRequest(string Method, string Target, IReadOnlyList<ExchangeHeader> Headers, string? Body = null, string? BodyBase64 = null)
{
    [JsonIgnore]
    public ReadOnlyMemory<byte>? Bytes => ExchangeBody.Bytes(Body, BodyBase64);

    /// <summary>What the client called the site.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> Origins => MirrorSender.OriginsOf(Headers.FirstOrDefault(static h => h.Name.Equals("Host", StringComparison.OrdinalIgnoreCase))?.Value);
}

/// <summary>What was answered.</summary>
/// <param name="Status">The status.</param>
/// <param name="Headers">The headers.</param>
/// <param name="Body">The body as text; null when there was none or it is none.</param>
/// <param name="BodyBase64">The body, where it is no text.</param>
internal sealed record ExchangeAnswer(int Status, IReadOnlyList<ExchangeHeader> Headers, string? Body = null, string? BodyBase64 = null)
{
    /// <summary>The answer as it is compared.</summary>
    /// <param name="origins">What its links may call the site.</param>
    public MirrorAnswer ToMirrorAnswer(IReadOnlyList<string> origins) =>
        MirrorAnswer.Of(Status, [.. Headers.Select(static h => new KeyValuePair<string, StringValues>(h.Name, h.Value))], ExchangeBody.Bytes(Body, BodyBase64) ?? default, origins);
}

/// <summary>One header line.</summary>
internal sealed record ExchangeHeader(string Name, string Value);

/// <summary>A body is kept as text where it is text, so that people can read and change it.</summary>
internal static class ExchangeBody
{
    public static ReadOnlyMemory<byte>? Bytes(string? text, string? base64) =>
        text is not null ? Encoding.UTF8.GetBytes(text) : base64 is not null ? Convert.FromBase64String(base64) : null;
}
