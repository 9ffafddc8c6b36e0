using System.Text.RegularExpressions;
using TestKit.Databases;

namespace Sync.Tests.Sample;

/// <summary>The tests' own statements, for each database: the sample's names in quotes, as Entity Framework made them, and explicit keys where they have to be announced.</summary>
public static partial class SampleSql
{
    public static string For(string provider, string sql)
    {
        // What stands between apostrophes is text.
        var parts = sql.Split('\'');
        for (var index = 0; index < parts.Length; index += 2) parts[index] = Names().Replace(parts[index], "\"$0\"");
        var quoted = string.Join('\'', parts);
        return provider == TestDatabase.SqlServer ? ExplicitKeys().Replace(quoted, "SET IDENTITY_INSERT $1 ON; $0; SET IDENTITY_INSERT $1 OFF") : quoted;
    }

    [GeneratedRegex(@"\b(Items|Shelves|Notes|Id|Code|ShelfId|Price|Seen|Name|Place_Row|WithinId|Text)\b")]
    private static partial Regex Names();

    [GeneratedRegex(@"INSERT INTO (""\w+"") \(""Id""[^;]*")]
    private static partial Regex ExplicitKeys();
}
