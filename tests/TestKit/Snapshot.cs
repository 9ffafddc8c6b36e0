using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using DiffPlex;
using DiffPlex.DiffBuilder;
using DiffPlex.DiffBuilder.Model;

namespace TestKit;

/// <summary>
/// Compares a text with the file <c>Class.Method.verified.txt</c> beside the test, where Class is the name of the test's file. On a difference the text is
/// written to <c>Class.Method.received.txt</c>; moving that over the verified file accepts it. The files are Verify's.
/// </summary>
public static partial class Snapshot
{
    public static async Task VerifyAsync(string text, [CallerFilePath] string file = "", [CallerMemberName] string method = "")
    {
        var received = Scrub(text).ReplaceLineEndings("\n").TrimEnd() + "\n";
        var path = Path.Combine(Path.GetDirectoryName(file)!, $"{Path.GetFileNameWithoutExtension(file)}.{method}");
        var verified = File.Exists(path + ".verified.txt") ? (await File.ReadAllTextAsync(path + ".verified.txt")).ReplaceLineEndings("\n") : "";
        if (verified == received) return;

        await File.WriteAllTextAsync(path + ".received.txt", received);
        Assert.Fail($"{path}.received.txt differs from {Path.GetFileName(path)}.verified.txt:\n{Diff(verified, received)}");
    }

    /// <summary>Replaces values that differ with every run by names in the order in which they appear; equal values get the same name.</summary>
    public static string Scrub(string text)
    {
        var names = new Dictionary<string, string>();
        var counts = new Dictionary<string, int>();
        return Volatile().Replace(text, match =>
        {
            var group = match.Groups.Cast<Group>().Skip(1).First(one => one.Success && char.IsLetter(one.Name[0]));
            if (!names.TryGetValue(group.Name + group.Value, out var name))
            {
                counts[group.Name] = counts.GetValueOrDefault(group.Name) + 1;
                names[group.Name + group.Value] = name = $"{group.Name}_{counts[group.Name]}";
            }

            var start = group.Index - match.Index;
            return match.Value[..start] + name + match.Value[(start + group.Length)..];
        });
    }

    private static string Diff(string verified, string received) => string.Join('\n', new InlineDiffBuilder(new Differ()).BuildDiffModel(verified, received).Lines
        .Where(line => line.Type != ChangeType.Unchanged)
        .Take(60)
        .Select(line => (line.Type == ChangeType.Inserted ? "+ " : "- ") + line.Text));

    [GeneratedRegex("""
        __RequestVerificationToken"\ type="hidden"\ value="(?<Token>[^"]+)"
        |ETag:\ "(?<ETag>[^"]+)"
        |Set-Cookie:\ [^=]+=(?<Cookie>[^;\n]+)
        |(?<Date>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d))
        """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Volatile();
}
