using System.Collections.ObjectModel;
using System.Text;

namespace Strangler.Mirroring.Comparison;

/// <summary>An element of a page, or a text in it.</summary>
internal sealed class HtmlItem(string name, string path, IReadOnlyDictionary<string, string>? attributes = null)
{
    private const ulong Offset = 14695981039346656037, Prime = 1099511628211;

    public string Name { get; } = name;

    /// <summary>The way to the element, as a selector; a text has its element's.</summary>
    public string Path { get; } = path;

    public string? Text { get; init; }

    public IReadOnlyDictionary<string, string> Attributes { get; } = attributes ?? ReadOnlyDictionary<string, string>.Empty;

    public List<HtmlItem> Children { get; } = [];

    /// <summary>The same for items that are alike, noise apart (FNV-1a).</summary>
    public ulong Hash { get; private set; }

    /// <summary>Takes the hash, once everything below has its own.</summary>
    public void Seal(NoiseProfile? noise)
    {
        var hash = Add(Offset, Name);
        if (Text is not null)
        {
            Hash = noise?.Has(Findings.PatternOf(Path), DifferenceKind.Value) == true ? hash : Add(hash, Text);
            return;
        }

        foreach (var (attribute, value) in Attributes)
        {
            hash = Add(hash, attribute);
            if (noise?.Has(Findings.PatternOf($"{Path}[{attribute}]"), DifferenceKind.Value) != true) hash = Add(hash, value);
        }

        foreach (var child in Children) hash = (hash ^ child.Hash) * Prime;
        Hash = hash;
    }

    /// <summary>The item as a person would write it, cut short.</summary>
    public string Show()
    {
        var text = new StringBuilder();
        Write(text);
        return Excerpt.Of(text.ToString());
    }

    private void Write(StringBuilder text)
    {
        if (text.Length > Excerpt.Longest) return;
        if (Text is not null)
        {
            text.Append(Text);
            return;
        }

        text.Append('<').Append(Name);
        foreach (var (attribute, value) in Attributes) text.Append(' ').Append(attribute).Append("=\"").Append(value).Append('"');
        text.Append('>');
        foreach (var child in Children) child.Write(text);
        text.Append("</").Append(Name).Append('>');
    }

    private static ulong Add(ulong hash, string text)
    {
        foreach (var c in text) hash = (hash ^ c) * Prime;
        return (hash ^ 0xFFFF) * Prime;
    }
}
