using System.Globalization;
using System.Text;

namespace Strangler.Mirroring.Comparison;

/// <summary>
/// Turns bytes into text by the character set that the answer names. Bytes that are wrong in it are shown as such and stay different from one
/// another: a replacement character for all of them would make a broken text equal to another broken one.
/// </summary>
internal static class TextEncoding
{
    public static string Decode(ReadOnlySpan<byte> bytes, string? charset)
    {
        var encoding = Of(charset?.Trim('"') ?? "");
        if (bytes.StartsWith(Encoding.UTF8.Preamble) && encoding is UTF8Encoding) bytes = bytes[3..];
        return encoding.GetString(bytes);
    }

    private static Encoding Of(string charset)
    {
        // A set that nobody knows is kept byte by byte.
        var name = charset.Length == 0 ? "utf-8" : charset;
        return Try(CodePagesEncodingProvider.Instance.GetEncoding, name) ?? Try(Encoding.GetEncoding, name) ?? Encoding.Latin1;
    }

    private static Encoding? Try(Func<string, EncoderFallback, DecoderFallback, Encoding?> find, string name)
    {
        try
        {
            return find(name, EncoderFallback.ReplacementFallback, new WrongBytes());
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    private sealed class WrongBytes : DecoderFallback
    {
        public override int MaxCharCount => 16;

        public override DecoderFallbackBuffer CreateFallbackBuffer() => new Shown();
    }

    private sealed class Shown : DecoderFallbackBuffer
    {
        private string _text = "";
        private int _next;

        public override int Remaining => _text.Length - _next;

        public override bool Fallback(byte[] bytesUnknown, int index)
        {
            (_text, _next) = (string.Concat(bytesUnknown.Select(static b => string.Create(CultureInfo.InvariantCulture, $"\uFFFD{b:X2}"))), 0);
            return _text.Length > 0;
        }

        public override char GetNextChar() => _next < _text.Length ? _text[_next++] : '\0';

        public override bool MovePrevious() => _next > 0 && _next-- > 0;
    }
}
