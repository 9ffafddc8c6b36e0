using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization;
using Faults.Scheduling;

namespace Faults.History;

/// <summary>A row as a database holds it.</summary>
internal sealed record Row(int Key, string Sku, string Value, long Cents, int Version);

/// <summary>What a database says about who owns the module.</summary>
internal sealed record OwnershipRow(string Side, string State, long Epoch);

/// <summary>A change that went from one side to the other, as the wire saw it.</summary>
internal sealed record Delivery(string From, long Epoch, long Position, string Entity, string Key);

/// <summary>From when to when a process could not do its work, because of a fault.</summary>
/// <param name="Who">The process, or <c>wire</c>.</param>
/// <param name="What">The fault.</param>
/// <param name="Start">When it began.</param>
/// <param name="End">When the process was ready again.</param>
/// <param name="Loses">True when what the process kept in memory is gone.</param>
internal sealed record Outage(string Who, string What, TimeSpan Start, TimeSpan End, bool Loses);

/// <summary>Where a switch fenced its old owner.</summary>
internal sealed record FencePoint(string From, string To, long Epoch, long NewEpoch, long Position, string Outcome);

/// <summary>Both sides, read while the module was fenced and drained, or at the end.</summary>
internal sealed record Stillness(string When, IReadOnlyList<Row> Legacy, IReadOnlyList<Row> Service)
{
    public const string TheEnd = "the end";
}

/// <summary>Everything that a run saw, for the checker.</summary>
internal sealed class RunHistory
{
    private static readonly JsonSerializerOptions Lines = new() { Converters = { new JsonStringEnumConverter() }, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault };
    private readonly Stopwatch _clock = Stopwatch.StartNew();

    public TimeSpan Now => _clock.Elapsed;

    public ConcurrentQueue<Operation> Operations { get; } = new();

    public ConcurrentQueue<Outage> Outages { get; } = new();

    public ConcurrentQueue<Delivery> Deliveries { get; } = new();

    public ConcurrentQueue<Stillness> Stills { get; } = new();

    public ConcurrentQueue<string> TwoOwners { get; } = new();

    /// <summary>What the run itself found wrong: a switch that did not end, a call of the past that had an effect.</summary>
    public ConcurrentQueue<string> Anomalies { get; } = new();

    /// <summary>What has really been done, and where.</summary>
    public ConcurrentQueue<Cell> Reached { get; } = new();

    public ConcurrentQueue<string> Story { get; } = new();

    public List<FencePoint> Fences { get; } = [];

    /// <summary>The rows before the first operation.</summary>
    public IReadOnlyList<Row> Before { get; set; } = [];

    public IReadOnlySet<int> Accounts { get; set; } = new HashSet<int>();

    /// <summary>The last look, once nothing was under way; null when the run came to no end.</summary>
    public Stillness? End => Stills.LastOrDefault(static still => still.When == Stillness.TheEnd);

    public void Tell(string what) => Story.Enqueue($"{Now.TotalSeconds,7:0.000} {what}");

    public async Task WriteAsync(string directory)
    {
        await File.WriteAllLinesAsync(Path.Combine(directory, "operations.jsonl"), Operations.Select(o => JsonSerializer.Serialize(o, Lines)));
        await File.WriteAllLinesAsync(Path.Combine(directory, "deliveries.jsonl"), Deliveries.Select(d => JsonSerializer.Serialize(d, Lines)));
        await File.WriteAllLinesAsync(Path.Combine(directory, "story.txt"), Story);
        await File.WriteAllTextAsync(Path.Combine(directory, "rest.json"), JsonSerializer.Serialize(new { Outages, Fences, Stills, TwoOwners, Anomalies, Reached, Before, Accounts }, Lines));
    }
}
