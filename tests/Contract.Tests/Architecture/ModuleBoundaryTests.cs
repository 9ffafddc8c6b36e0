using System.Reflection;
using System.Text.RegularExpressions;
using TestKit.Processes;

namespace Contract.Tests.Architecture;

/// <summary>The modules are found, not listed: a new one is checked from its first day.</summary>
[TestClass]
public sealed partial class ModuleBoundaryTests
{
    private static readonly string[] _shared = ["Legacy.Host", "Legacy.Web"];

    private static IReadOnlyList<string> Modules { get; } =
        [.. Directory.GetDirectories(RepositoryRoot.File("legacy")).Select(path => Path.GetFileName(path)!).Except(_shared).Order()];

    [TestMethod]
    public void Modules_AreFound() => Assert.IsGreaterThanOrEqualTo(5, Modules.Count, string.Join(", ", Modules));

    [TestMethod]
    public void ModuleAssemblies_ExposeOnlyContracts()
    {
        var host = Path.GetDirectoryName(RepositoryRoot.AssemblyOf("legacy/Legacy.Host"))!;
        foreach (var module in Modules)
        {
            var exposed = Assembly.LoadFrom(Path.Combine(host, module + ".dll")).GetExportedTypes();
            Assert.IsNotEmpty(exposed, module);
            foreach (var type in exposed)
            {
                Assert.AreEqual(module, type.Namespace, $"{type} is public, although it lies in a folder of the module's inside.");
                Assert.IsTrue(
                    type.IsInterface || type.IsEnum || (type.IsAbstract && type.IsSealed) || type.GetMethod("<Clone>$") is not null,
                    $"{type} is public, but neither an interface, a record, an enum nor a static class.");
            }
        }
    }

    [TestMethod]
    public void Modules_MentionOnlyTheirOwnTables()
    {
        var prefixes = Modules.Select(Prefix).ToList();
        var own = 0;
        foreach (var module in Modules)
        {
            foreach (var (file, text) in SourceFiles.Below($"legacy/{module}"))
            {
                foreach (Match table in TableName().Matches(text))
                {
                    if (!prefixes.Contains(table.Groups[1].Value)) continue;
                    Assert.AreEqual(Prefix(module), table.Groups[1].Value, $"{file} names the table {table.Value} of another module.");
                    own++;
                }
            }
        }

        Assert.IsGreaterThan(10, own, "The search found hardly any table name; is the pattern still right?");
    }

#pragma warning disable CA1308 // Table names are written in lower case.
    private static string Prefix(string module) => module.Split('.')[^1].ToLowerInvariant();
#pragma warning restore CA1308

    [GeneratedRegex(@"\b([a-z]+)_[a-z]+\b")]
    private static partial Regex TableName();
}
