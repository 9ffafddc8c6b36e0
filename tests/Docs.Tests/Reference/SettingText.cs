using System.Collections;
using System.Globalization;

namespace Docs.Tests.Reference;

/// <summary>Types and values of settings as a page shows them.</summary>
internal static class SettingText
{
    public static bool IsDictionary(Type type) => type.IsGenericType && (type.GetGenericTypeDefinition() == typeof(IDictionary<,>) || typeof(IDictionary).IsAssignableFrom(type));

    /// <summary>What comes behind the name of a dictionary: a name at each level.</summary>
    public static string Keys(Type dictionary) =>
        ":NAME" + (dictionary.GetGenericArguments()[1] is var value && IsDictionary(value) ? Keys(value) : "");

    public static string TypeName(Type type)
    {
        if (IsDictionary(type)) return TypeName(type.GetGenericArguments()[1]);
        var plain = Nullable.GetUnderlyingType(type) ?? type;
        return plain.IsEnum ? string.Join(", ", Enum.GetNames(plain).Select(static name => $"`{name}`")) : TypeName(plain.Name);
    }

    /// <summary>By the name of the type, in C# or of the platform.</summary>
    public static string TypeName(string type) => type.TrimEnd('?') switch
    {
        "String" or "string" => "text",
        "Boolean" or "bool" => "true or false",
        "Int32" or "Int64" or "int" or "long" => "whole number",
        "Double" or "double" => "number",
        "TimeSpan" => "duration",
        "Uri" => "address",
        var other => throw new NotSupportedException($"How is the type {other} called on the page?"),
    };

    public static string Value(object? value) => value switch
    {
        null or "" or IDictionary => "-",
        bool flag => flag ? "`true`" : "`false`",
        TimeSpan span => $"`{span.ToString(span.Milliseconds == 0 ? @"c" : @"hh\:mm\:ss\.fff", CultureInfo.InvariantCulture)}`",
        int or long when Convert.ToInt64(value, CultureInfo.InvariantCulture) is >= 1L << 20 and var bytes && bytes % (1L << 20) == 0 => $"`{bytes}` ({Size(bytes >> 20)})",
        _ => $"`{Convert.ToString(value, CultureInfo.InvariantCulture)}`",
    };

    private static string Size(long mebibytes) => mebibytes % 1024 == 0 ? $"{mebibytes / 1024} GiB" : $"{mebibytes} MiB";
}
