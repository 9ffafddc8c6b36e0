using System.Globalization;
using System.Text.RegularExpressions;

namespace Strangler.Cli.Up;

/// <summary>Rewrites local addresses whose ports have moved, in any text: a plan, an argument, a setting.</summary>
/// <param name="ports">The new port of each old one.</param>
internal sealed partial class MovedAddresses(IReadOnlyDictionary<int, int> ports)
{
    public bool Any => ports.Any(static p => p.Key != p.Value);

    /// <summary>The text with its addresses moved; a text that is no plan, or a wrong one, stays wrong in the same place.</summary>
    // In one pass: with an offset of one, the new port of a process may be the old one of its neighbour.
    public string In(string text) => Any ? LocalAddress().Replace(text, Move) : text;

    private string Move(Match address)
    {
        var known = int.TryParse(address.Groups["port"].Value, CultureInfo.InvariantCulture, out var port);
        return known && ports.TryGetValue(port, out var moved)
            ? string.Create(CultureInfo.InvariantCulture, $"{address.Groups["host"].Value}:{moved}")
            : address.Value;
    }

    [GeneratedRegex(@"(?<host>\bhttps?://(127\.0\.0\.1|localhost|\[::1\])):(?<port>[0-9]{1,5})(?![0-9])", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex LocalAddress();
}
