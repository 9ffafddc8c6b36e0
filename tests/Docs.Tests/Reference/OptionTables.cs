using System.Text.RegularExpressions;

namespace Docs.Tests.Reference;

/// <summary>Every setting that the product reads from its configuration. Bindings are found in the source; the settings are those of the bound classes.</summary>
internal static partial class OptionTables
{
    public static IReadOnlyList<string> Columns { get; } = ["setting", "type", "default"];

    public static IReadOnlyList<CodeTable> All()
    {
        var bindings = ProductCode.Files().SelectMany(Bindings).Distinct().ToList();
        var tables = bindings.Select(Table).ToList();
        // Singles that a bound class has too, such as an address that is needed before the host is built, are in its table.
        var bound = tables.SelectMany(static table => table.Rows).Select(static row => row.Key).ToHashSet();
        var single = ProductCode.Files().SelectMany(Singles).GroupBy(static row => row.Key).Select(static same => same.First());
        return [.. tables, new CodeTable("single settings", Columns, [.. single.Where(row => !bound.Contains(row.Key) && !bound.Contains(DictionaryOf(row.Key)))])];
    }

    private static CodeTable Table(Binding binding)
    {
        var assembly = ProductCode.Assemblies.FirstOrDefault(assembly => assembly.GetName().Name == binding.Project);
        var rows = assembly is null
            ? SourceOptions.Rows(binding.Section, binding.Type, ProductCode.Files().Single(file => file.EndsWith($"/{binding.Project}/{binding.Type}.cs", StringComparison.Ordinal)))
            : BoundOptions.Rows(binding.Section, assembly.GetTypes().Single(type => type.Name == binding.Type));
        return new CodeTable($"{binding.Section} of {binding.Project}", Columns, [.. rows]);
    }

    private static IEnumerable<Binding> Bindings(string file)
    {
        var source = File.ReadAllText(file);
        foreach (Match found in Bound().Matches(source))
        {
            var argument = found.Groups["section"].Value;
            if (argument == "section") argument = SectionVariable().Match(source).Groups["section"].Value;
            yield return new Binding(ProductCode.ProjectOf(file), SectionOf(argument), found.Groups["type"].Value);
        }
    }

    /// <summary><c>"Sync"</c>, <c>StranglerOptions.Section</c> or <c>$"{StranglerOptions.Section}:Stages"</c>.</summary>
    private static string SectionOf(string argument)
    {
        var named = Constant().Replace(argument, static match =>
            (string)ProductCode.Types.Single(type => type.Name == match.Groups["type"].Value).GetField(match.Groups["field"].Value)!.GetRawConstantValue()!);
        return named.Trim('$', '"').Replace("{", "", StringComparison.Ordinal).Replace("}", "", StringComparison.Ordinal);
    }

    private static IEnumerable<CodeRow> Singles(string file) => Single().Matches(File.ReadAllText(file)).Select(static found => new CodeRow(
    [
        $"`{found.Groups["key"].Value.Replace("{Module}", "NAME", StringComparison.Ordinal)}`",
        found.Groups["type"].Success ? SettingText.TypeName(found.Groups["type"].Value) : "text",
        found.Groups["preset"].Success ? $"`{found.Groups["preset"].Value}`" : "-",
    ]));

    private static string DictionaryOf(string key) => LastPart().Replace(key, ":NAME`");

    [GeneratedRegex(@"AddOptions<(?<type>\w+)>\([^()]*\)\s*\.Bind(Configuration)?\((configuration\.GetSection\()?(?<section>[^()]+)\)")]
    private static partial Regex Bound();

    [GeneratedRegex(@"var section = configuration\.GetSection\((?<section>""[^""]+"")\)")]
    private static partial Regex SectionVariable();

    [GeneratedRegex(@"(?<type>[A-Z]\w+)\.(?<field>[A-Z]\w+)")]
    private static partial Regex Constant();

    [GeneratedRegex(@"[cC]onfiguration(\[\$?""(?<key>[^""]+)""\]|\.GetValue<(?<type>\w+)>\(\$?""(?<key>[^""]+)""\))( \?\? ""(?<preset>[^""]*)"")?")]
    private static partial Regex Single();

    [GeneratedRegex(@":\w+`$")]
    private static partial Regex LastPart();

    private sealed record Binding(string Project, string Section, string Type);
}
