using System.Globalization;
using Strangler.Cli.Rehearse.Load;
using Strangler.Corpus;

namespace Strangler.Cli.Rehearse.Clients;

/// <summary>Reads one record and says what it holds.</summary>
internal sealed class RecordReader(Placeholders placeholders, IReadOnlyList<ExchangeHeader> headers, Func<LoadRecord, string> endpointOf)
{
    /// <summary>What a read has shown.</summary>
    /// <param name="Value">The value; null when the record is gone.</param>
    /// <param name="Problem">Why nothing can be said; null otherwise.</param>
    internal sealed record Seen(string? Value, string? Problem);

    public LoadRequest RequestFor(LoadRecord record, string client, string key)
    {
        var values = new LoadValues(client, key);
        var filled = headers.Select(h => h with { Value = placeholders.Fill(h.Value, values) }).ToList();
        return new LoadRequest(endpointOf(record), "GET", placeholders.Fill(record.Read, values), filled);
    }

    public static Seen Read(LoadRecord record, LoadAnswer answer)
    {
        if (answer.Answer is null) return new Seen(null, $"no answer: {answer.Error}");
        if (answer.Status == record.Gone) return new Seen(null, null);
        if (answer.Status != 200) return new Seen(null, $"answered {answer.Status}, expected 200");
        return record.Value.In(answer.Answer.Body) is { } value ? new Seen(value, null) : new Seen(null, $"the answer has nothing at {record.Value}");
    }

    /// <summary>True for equal texts and for equal numbers, however they are written: 17 is 17.00.</summary>
    public static bool AreSame(string? one, string? other) =>
        one == other
        || decimal.TryParse(one, NumberStyles.Float, CultureInfo.InvariantCulture, out var left)
        && decimal.TryParse(other, NumberStyles.Float, CultureInfo.InvariantCulture, out var right)
        && left == right;
}
