using System.Collections;
using System.Reflection;
using System.Text.Json;

namespace Docs.Tests.Reference;

/// <summary>Bodies of the protocol as a page shows them: the names of the fields; a question mark stands behind one that may be left out.</summary>
internal static class ProtocolText
{
    private static readonly NullabilityInfoContext _nullability = new();

    public static string Object(Type type)
    {
        if (type != typeof(string) && type.IsGenericType && typeof(IEnumerable).IsAssignableFrom(type)) return $"a list of {Object(type.GetGenericArguments()[^1])}";
        var optional = type.GetConstructors().MaxBy(static made => made.GetParameters().Length)!.GetParameters()
            .Where(static parameter => parameter.HasDefaultValue || _nullability.Create(parameter).WriteState == NullabilityState.Nullable)
            .Select(static parameter => JsonNamingPolicy.CamelCase.ConvertName(parameter.Name!)).ToHashSet();
        return $"`{{ {string.Join(", ", Fields(type).Select(field => field.Name + (optional.Contains(field.Name) ? "?" : "")))} }}`";
    }

    public static IEnumerable<(string Name, Type Type)> Fields(Type type) => type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
        .Where(static property => property.GetMethod is { IsStatic: false })
        .Select(static property => (JsonNamingPolicy.CamelCase.ConvertName(property.Name), property.PropertyType));
}
