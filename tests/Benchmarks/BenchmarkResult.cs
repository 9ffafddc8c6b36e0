using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Benchmarks;

/// <summary>What was measured, and the limits it is held against.</summary>
internal sealed record BenchmarkResult(string Name, Dictionary<string, double> Metrics, IReadOnlyList<Limit> Budget)
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public bool Ok => Budget.All(l => l.Holds(Metrics[l.Metric]));

    public string ToJson() => JsonSerializer.Serialize(
        new
        {
            name = Name,
            metrics = Metrics.ToDictionary(static m => m.Key, static m => Math.Round(m.Value, 3)),
            budget = Budget.ToDictionary(static l => l.Metric, static l => l.AtLeast ? (object)new { atLeast = l.Value } : new { atMost = l.Value }),
            ok = Ok,
        },
        Indented);

    public string ToTable()
    {
        var text = new StringBuilder().AppendLine(CultureInfo.InvariantCulture, $"{Name}: {(Ok ? "within the budget" : "over the budget")}");
        foreach (var (metric, value) in Metrics)
        {
            var limit = Budget.FirstOrDefault(l => l.Metric == metric);
            text.Append(CultureInfo.InvariantCulture, $"  {metric,-34} {value,12:0.###}");
            if (limit is not null) text.Append(CultureInfo.InvariantCulture, $"   {(limit.AtLeast ? ">=" : "<=")} {limit.Value:0.###} {(limit.Holds(value) ? "ok" : "NOT MET")}");
            text.AppendLine();
        }

        return text.ToString().TrimEnd();
    }
}

internal sealed record Limit(string Metric, double Value, bool AtLeast)
{
    public static Limit Most(string metric, double value) => new(metric, value, AtLeast: false);

    public static Limit Least(string metric, double value) => new(metric, value, AtLeast: true);

    // A measurement that is no number meets no limit.
    public bool Holds(double measured) => AtLeast ? measured >= Value : measured <= Value;
}
