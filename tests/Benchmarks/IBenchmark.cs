namespace Benchmarks;

internal interface IBenchmark
{
    string Name { get; }

    string About { get; }

    /// <summary>Runs, rounds or switches when <c>--times</c> is not given.</summary>
    int DefaultTimes { get; }

    Task<BenchmarkResult> RunAsync(int times, TextWriter progress);
}
