namespace Catalog.Service.Data;

/// <summary>The statements that EF makes from a model.</summary>
internal static class SchemaScript
{
    /// <summary>What may be sent at once: for SQL Server the lines with GO alone part it.</summary>
    public static IEnumerable<string> Batches(string script)
    {
        ArgumentNullException.ThrowIfNull(script);
        return $"\n{script.ReplaceLineEndings("\n")}\n".Split("\nGO\n").Select(static batch => batch.Trim()).Where(static batch => batch.Length > 0);
    }
}
