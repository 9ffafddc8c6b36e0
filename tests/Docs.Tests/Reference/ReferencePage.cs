using TestKit.Processes;

namespace Docs.Tests.Reference;

/// <summary>Compares the tables of a page with the code, or writes them anew when <c>UPDATE_DOCS</c> holds <c>tables</c>.</summary>
internal static class ReferencePage
{
    private static bool Updates => Environment.GetEnvironmentVariable("UPDATE_DOCS")?.Split(',').Contains("tables") is true;

    public static void AssertEquals(string name, params IReadOnlyList<CodeTable> tables)
    {
        Assert.IsNotEmpty(tables, "The code has tables for the page.");
        foreach (var table in tables) Assert.IsNotEmpty(table.Rows, $"{name}: nothing was found in the code for the table '{table.Name}'.");
        var page = RepositoryRoot.File($"docs/reference/{name}");
        var lines = File.ReadAllLines(page).ToList();
        if (Updates) File.WriteAllText(page, string.Join('\n', Updated(lines, tables)) + "\n");

        var faults = Faults(PageTable.In(File.ReadAllLines(page)), tables).ToList();
        Assert.IsEmpty(faults, $"docs/reference/{name} does not equal the code. UPDATE_DOCS=tables dotnet test tests/Docs.Tests rewrites it.\n{string.Join('\n', faults)}");
    }

    /// <summary>The names of all tables of a page.</summary>
    public static IEnumerable<string> TablesOf(string page) => PageTable.In(File.ReadAllLines(page)).Select(static table => table.Name);

    private static IEnumerable<string> Faults(IReadOnlyList<PageTable> page, IReadOnlyList<CodeTable> code)
    {
        foreach (var name in page.Select(static table => table.Name).Except(code.Select(static table => table.Name)))
            yield return $"The code has no table '{name}': remove it from the page.";
        foreach (var table in code)
        {
            if (page.Where(shown => shown.Name == table.Name).ToList() is not [var shown])
            {
                yield return $"The page needs one table '{table.Name}':\n{string.Join('\n', TableText.New(table))}";
                continue;
            }

            foreach (var fault in Faults(shown, table)) yield return $"{table.Name}: {fault}";
        }
    }

    private static IEnumerable<string> Faults(PageTable shown, CodeTable table)
    {
        var columns = table.Columns.Count;
        if (!shown.Headings.Take(columns).SequenceEqual(table.Columns)) yield return $"the headings begin with {PageTable.Row(table.Columns)}";
        var rows = shown.Rows.ToLookup(static row => row[0]);
        foreach (var extra in shown.Rows.Select(static row => row[0]).Except(table.Rows.Select(static row => row.Key))) yield return $"the code does not have {extra}: remove the row";
        foreach (var row in table.Rows)
        {
            if (rows[row.Key].ToList() is not [var cells]) yield return $"there must be one row for {row.Key}. Ready to paste:\n{TableText.Row(row)}";
            else if (!cells.Take(columns).SequenceEqual(row.Cells)) yield return $"{row.Key}: the page says {PageTable.Row(cells.Take(columns))}, the code {PageTable.Row(row.Cells)}";
            else if (cells.Skip(columns).All(static cell => cell.Length == 0)) yield return $"{row.Key}: its meaning is missing";
        }
    }

    private static List<string> Updated(List<string> lines, IReadOnlyList<CodeTable> tables)
    {
        // From the end, so that the places of the tables before stay what they are.
        foreach (var shown in PageTable.In(lines).Reverse())
        {
            if (tables.FirstOrDefault(table => table.Name == shown.Name) is not { } table) continue;
            var written = shown.Headings.Count == 0 ? [.. TableText.New(table), ""] : TableText.Merged(shown, table);
            lines.RemoveRange(shown.First, shown.Headings.Count == 0 ? 0 : shown.Rows.Count + 2);
            lines.InsertRange(shown.First, written);
        }

        return lines;
    }
}
