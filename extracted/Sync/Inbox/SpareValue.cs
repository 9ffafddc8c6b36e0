using Microsoft.EntityFrameworkCore.Metadata;

namespace Sync.Inbox;

/// <summary>A value for a unique column that no row holds, for the moment until the row is written again.</summary>
internal static class SpareValue
{
    public static bool Exists(IProperty property) => property.IsNullable || For(property) is not DBNull;

    public static object For(IProperty property)
    {
        var converter = property.GetTypeMapping().Converter;
        var type = Nullable.GetUnderlyingType(converter?.ProviderClrType ?? property.ClrType) ?? converter?.ProviderClrType ?? property.ClrType;
        if (type == typeof(string))
        {
            // Random enough at eight letters; a shorter column is likelier to meet a value that is there, which is refused as any other.
            var text = "~" + Guid.NewGuid().ToString("N");
            return text[..Math.Min(text.Length, property.GetMaxLength() ?? text.Length)];
        }

        if (type == typeof(Guid)) return Guid.NewGuid();
        if (type == typeof(long)) return -Random.Shared.NextInt64(1L << 60);
        if (type == typeof(int)) return -Random.Shared.Next(1 << 30);
        if (type == typeof(short)) return (short)-Random.Shared.Next(1 << 14);
        if (type == typeof(decimal)) return (decimal)-Random.Shared.Next(1 << 30);
        return DBNull.Value;
    }
}
