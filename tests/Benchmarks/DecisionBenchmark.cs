using System.Diagnostics;
using Benchmarks.Decisions;

namespace Benchmarks;

/// <summary>What the size of the plan costs a request: 10 endpoints against 10,000, in one process, in rounds that take turns.</summary>
internal sealed class DecisionBenchmark : IBenchmark
{
    private const int Decisions = 20_000;
    private const int WarmUpRounds = 20;
    private const int WarmUpDecisions = 1000;
    private const int Few = 10;
    private const int All = 10_000;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    public string Name => "decision";

    public string About => "an endpoint decision in a plan of 10 endpoints against one of 10,000: time and allocation, for requests to ten of them";

    public int DefaultTimes => 60;

    public async Task<BenchmarkResult> RunAsync(int times, TextWriter progress)
    {
        await using var small = await DecisionPath.CreateAsync(modules: 10, endpointsOfEach: 1);
        await using var large = await DecisionPath.CreateAsync(modules: 100, endpointsOfEach: 100);
        small.Check();
        large.Check();
        for (var i = 0; i < WarmUpRounds; i++)
        {
            Turn(small, large, 0);
            // The runtime compiles what has become hot, and the router its tables, beside the program.
            await Task.Delay(Pause);
        }

        var rounds = new List<(Cost Small, Cost Large, Cost Spread)>();
        for (var i = 0; i < times; i++)
        {
            rounds.Add(Turn(small, large, i));
            var (a, b, c) = rounds[^1];
            if (i % 10 == 9) await progress.WriteLineAsync($"round {i + 1} of {times}: 10 endpoints {a.Nanoseconds:0} ns, 10 of 10,000 {b.Nanoseconds:0} ns, all 10,000 {c.Nanoseconds:0} ns");
        }

        return new BenchmarkResult(
            Name,
            new Dictionary<string, double>
            {
                ["nanosecondsOf10"] = Quantiles.Median(rounds.Select(static r => r.Small.Nanoseconds)),
                ["nanosecondsOf10000"] = Quantiles.Median(rounds.Select(static r => r.Large.Nanoseconds)),
                ["timeRatio"] = Quantiles.Median(rounds.Select(static r => r.Large.Nanoseconds / r.Small.Nanoseconds)),
                ["nanosecondsOfAll10000"] = Quantiles.Median(rounds.Select(static r => r.Spread.Nanoseconds)),
                ["timeRatioOfAll"] = Quantiles.Median(rounds.Select(static r => r.Spread.Nanoseconds / r.Small.Nanoseconds)),
                ["bytesOf10"] = Quantiles.Median(rounds.Select(static r => r.Small.Bytes)),
                ["bytesOf10000"] = Quantiles.Median(rounds.Select(static r => r.Large.Bytes)),
                ["allocationRatio"] = Quantiles.Median(rounds.Select(static r => r.Large.Bytes / r.Small.Bytes)),
                ["allocationRatioOfAll"] = Quantiles.Median(rounds.Select(static r => r.Spread.Bytes / r.Small.Bytes)),
            },
            [Limit.Most("timeRatio", 1.5), Limit.Most("allocationRatio", 1.1), Limit.Most("allocationRatioOfAll", 1.1)]);
    }

    /// <summary>The same traffic on both plans, taking turns in what goes first, and then traffic to every endpoint of the large one.</summary>
    private static (Cost Small, Cost Large, Cost Spread) Turn(DecisionPath small, DecisionPath large, int number)
    {
        var first = Measure(number % 2 == 0 ? small : large, Few);
        var second = Measure(number % 2 == 0 ? large : small, Few);
        var spread = Measure(large, All);
        return number % 2 == 0 ? (first, second, spread) : (second, first, spread);
    }

    private static Cost Measure(DecisionPath path, int endpoints)
    {
        // Not measured: brings back to the caches what the round before has driven out.
        path.Run(WarmUpDecisions, endpoints);
        var bytes = GC.GetAllocatedBytesForCurrentThread();
        var began = Stopwatch.GetTimestamp();
        path.Run(Decisions, endpoints);
        var took = Stopwatch.GetElapsedTime(began);
        return new Cost(took.TotalNanoseconds / Decisions, (double)(GC.GetAllocatedBytesForCurrentThread() - bytes) / Decisions);
    }

    /// <summary>Per decision.</summary>
    private sealed record Cost(double Nanoseconds, double Bytes);
}
