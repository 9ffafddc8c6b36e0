using System.Globalization;

namespace Sync.Capture;

/// <summary>The text form of keys in messages and in the sync tables.</summary>
internal static class KeyFormat<TKey> where TKey : notnull
{
    public static bool IsSupported => typeof(TKey) == typeof(int) || typeof(TKey) == typeof(long) || typeof(TKey) == typeof(string) || typeof(TKey) == typeof(Guid);

    public static bool IsNumber => typeof(TKey) == typeof(int) || typeof(TKey) == typeof(long);

    public static string Format(TKey key) => key is IFormattable formattable ? formattable.ToString(null, CultureInfo.InvariantCulture) : key.ToString()!;

    /// <exception cref="FormatException">The text is no key of this type.</exception>
    public static TKey Parse(string text)
    {
        if (typeof(TKey) == typeof(string)) return (TKey)(object)text;
        if (typeof(TKey) == typeof(Guid)) return (TKey)(object)Guid.Parse(text);
        if (typeof(TKey) == typeof(int)) return (TKey)(object)int.Parse(text, CultureInfo.InvariantCulture);
        return (TKey)(object)long.Parse(text, CultureInfo.InvariantCulture);
    }
}
