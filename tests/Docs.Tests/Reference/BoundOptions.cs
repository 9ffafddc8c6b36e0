using System.ComponentModel.DataAnnotations;
using System.Reflection;

namespace Docs.Tests.Reference;

/// <summary>The settings of a class that the configuration is bound to, by reflection.</summary>
internal static class BoundOptions
{
    /// <summary>What a base class of the platform has besides is not the product's.</summary>
    private const BindingFlags Own = BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    public static IEnumerable<CodeRow> Rows(string section, Type type)
    {
        var made = Activator.CreateInstance(type)!;
        foreach (var property in type.GetProperties(Own).OrderBy(static property => property.MetadataToken))
        {
            var name = $"{section}:{property.Name}";
            if (IsSection(property)) foreach (var inner in Rows(name, property.PropertyType)) yield return inner;
            else if (property.SetMethod?.IsPublic is true || SettingText.IsDictionary(property.PropertyType)) yield return Row(name, property, property.GetValue(made));
        }
    }

    private static CodeRow Row(string name, PropertyInfo property, object? preset)
    {
        var key = SettingText.IsDictionary(property.PropertyType) ? name + SettingText.Keys(property.PropertyType) : name;
        return new CodeRow([$"`{key}`", TypeOf(property), Default(property, preset)], XmlSummary.Of(property));
    }

    /// <summary>A class of the product with settings of its own.</summary>
    private static bool IsSection(PropertyInfo property) =>
        property.PropertyType is { IsClass: true } type && type.Assembly == property.DeclaringType!.Assembly
        && type.GetProperties().Any(static inner => inner.SetMethod?.IsPublic is true);

    private static string TypeOf(PropertyInfo property)
    {
        var text = SettingText.TypeName(property.PropertyType);
        if (property.GetCustomAttribute<RangeAttribute>() is not { } range) return text;
        return range.Maximum is int.MaxValue ? $"{text}, at least {range.Minimum}" : $"{text}, {range.Minimum} to {range.Maximum}";
    }

    private static string Default(PropertyInfo property, object? preset) =>
        property.GetCustomAttribute<RequiredAttribute>() is not null && preset is null or "" ? "needed" : SettingText.Value(preset);
}
