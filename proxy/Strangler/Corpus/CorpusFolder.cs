using System.Globalization;
using System.Text.Json;

namespace Strangler.Corpus;

/// <summary>Exchanges as files of a directory, one each, in the order in which they were recorded.</summary>
internal static class CorpusFolder
{
    /// <summary>The next number that is free in the directory; 1 when there is none yet.</summary>
    public static int Next(string directory) => !Directory.Exists(directory) ? 1 : Directory.EnumerateFiles(directory, "*.json")
        .Select(static file => int.TryParse(Path.GetFileName(file).Split('-')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0).DefaultIfEmpty().Max() + 1;

    /// <summary>Writes an exchange and returns its path.</summary>
    public static async Task<string> WriteAsync(string directory, int number, Exchange exchange, CancellationToken cancellation)
    {
        Directory.CreateDirectory(directory);
        var name = string.Concat($"{exchange.Request.Method}-{exchange.Endpoint}-{exchange.Answer.Status}".Select(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_' ? c : '_'));
        var path = Path.Combine(directory, string.Create(CultureInfo.InvariantCulture, $"{number:0000}-{name}.json"));
        await File.WriteAllTextAsync(path, exchange.ToJson() + "\n", cancellation);
        return path;
    }

    /// <summary>All exchanges of the directory, by their names.</summary>
    /// <exception cref="InvalidDataException">A file is no exchange; the message names it.</exception>
    public static async Task<IReadOnlyList<(string Name, Exchange Exchange)>> ReadAsync(string directory, CancellationToken cancellation)
    {
        var read = new List<(string, Exchange)>();
        foreach (var file in Directory.EnumerateFiles(directory, "*.json").Order(StringComparer.Ordinal))
        {
            try
            {
                read.Add((Path.GetFileName(file), Exchange.Of(await File.ReadAllTextAsync(file, cancellation))));
            }
            catch (JsonException error)
            {
                throw new InvalidDataException($"{file} is no recorded exchange: {error.Message}", error);
            }
        }

        return read;
    }
}
