using System.Buffers;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Unicode;
using Microsoft.Net.Http.Headers;

namespace Strangler.Mirroring.Comparison;

/// <summary>As what a body is compared.</summary>
internal enum BodyKind
{
    Bytes,
    Text,
    Json,
    Html,
}

/// <summary>A body unpacked, with the type that its answer gives it.</summary>
internal sealed class Body
{
    private readonly MediaTypeHeaderValue? _type;
    private string? _text;
    private bool _read;

    private Body(ReadOnlyMemory<byte> bytes, string? contentType)
    {
        Bytes = bytes;
        _type = MediaTypeHeaderValue.TryParse(contentType, out var type) ? type : null;
        Kind = KindOf(_type?.MediaType.Value ?? "", contentType is null);
    }

    public ReadOnlyMemory<byte> Bytes { get; }

    public BodyKind Kind { get; }

    public bool IsEmpty => Bytes.IsEmpty;

    /// <summary>The body as text; null for bytes.</summary>
    public string? Text
    {
        get
        {
            if (_read) return _text;
            _read = true;
            return _text = Kind == BodyKind.Bytes || (_type is null && !Utf8.IsValid(Bytes.Span)) ? null : TextEncoding.Decode(Bytes.Span, _type?.Charset.Value);
        }
    }

    /// <summary>The body as UTF-8, for those who read JSON.</summary>
    public ReadOnlyMemory<byte> Utf8Bytes =>
        _type?.Charset.Value?.Trim('"') is null or "" or "utf-8" or "UTF-8" && Utf8.IsValid(Bytes.Span) && !Bytes.Span.StartsWith(Encoding.UTF8.Preamble)
            ? Bytes : Encoding.UTF8.GetBytes(Text ?? "");

    /// <returns>Null when it is too large once unpacked.</returns>
    public static Body? Unpack(MirrorAnswer answer, Findings findings)
    {
        var bytes = answer.Body;
        // Encodings are undone in the reverse of the order in which they were applied.
        foreach (var encoding in (answer.ContentEncoding ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Reverse())
        {
            if (bytes.IsEmpty) break;
            try
            {
                if (Unpack(bytes, encoding.ToLowerInvariant()) is not { } unpacked) return null;
                bytes = unpacked;
            }
            catch (Exception error) when (error is InvalidDataException or InvalidOperationException)
            {
                findings.Note($"A body that says it is {encoding} cannot be unpacked and is compared as it came.");
                break;
            }
        }

        return new Body(bytes, answer.ContentType);
    }

    /// <summary>What the body is, for where it cannot be shown.</summary>
    public string Describe(RuleBook book) => Text is { } text && !(book.RedactsPaths && Kind == BodyKind.Json)
        ? Excerpt.Of(text)
        : $"({Bytes.Length} bytes, SHA-256 {Convert.ToHexStringLower(SHA256.HashData(Bytes.Span))[..16]})";

    private static BodyKind KindOf(string type, bool untyped)
    {
        if (type.Equals("application/json", StringComparison.OrdinalIgnoreCase) || type.EndsWith("+json", StringComparison.OrdinalIgnoreCase) || type.Equals("text/json", StringComparison.OrdinalIgnoreCase)) return BodyKind.Json;
        if (type.Equals("text/html", StringComparison.OrdinalIgnoreCase)) return BodyKind.Html;
        return untyped || type.StartsWith("text/", StringComparison.OrdinalIgnoreCase) || type.Contains("xml", StringComparison.OrdinalIgnoreCase) || type.Contains("javascript", StringComparison.OrdinalIgnoreCase)
            || type.Equals("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase) || type.Contains("json", StringComparison.OrdinalIgnoreCase)
            ? BodyKind.Text : BodyKind.Bytes;
    }

    private static ReadOnlyMemory<byte>? Unpack(ReadOnlyMemory<byte> packed, string encoding)
    {
        var source = MemoryMarshal.TryGetArray(packed, out var bytes) ? new MemoryStream(bytes.Array!, bytes.Offset, bytes.Count, writable: false) : new MemoryStream(packed.ToArray());
        using Stream? stream = encoding switch
        {
            "gzip" or "x-gzip" => new GZipStream(source, CompressionMode.Decompress),
            "br" => new BrotliStream(source, CompressionMode.Decompress),
            "deflate" => new ZLibStream(source, CompressionMode.Decompress),
            _ => null,
        };
        if (stream is null) return packed;
        // Rented: buffers of this size, made and dropped for each body, would be what the process is made of.
        var room = ArrayPool<byte>.Shared.Rent(AnswerComparer.LargestUnpacked + 1);
        try
        {
            var length = stream.ReadAtLeast(room.AsSpan(0, AnswerComparer.LargestUnpacked + 1), AnswerComparer.LargestUnpacked + 1, throwOnEndOfStream: false);
            if (length > AnswerComparer.LargestUnpacked) return null;
            return room.AsSpan(0, length).ToArray();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(room);
        }
    }
}
