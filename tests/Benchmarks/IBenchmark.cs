namespace Benchmarks;

internal interface IBenchmark
{
    string Name { get; }

    string About { get; }

    /// <summary>Runs, rounds or switches when <c>--times</c> is not given.</summary>
    int DefaultTimes { get; }

    /// <summary>The same over so many rows, or null where their number is not the user's to choose.</summary>
    IBenchmark? Over(int rows) => null;

    /// <summary>The same on one database, or null where it is not the user's to choose.</summary>
    IBenchmark? On(string database) => null;

    /// <summary>The same over a channel of sync, or null where it is not the user's to choose.</summary>
    IBenchmark? Via(string channel) => null;

    Task<BenchmarkResult> RunAsync(int times, TextWriter progress);
}
