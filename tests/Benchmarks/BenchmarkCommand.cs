using System.Globalization;
using Benchmarks.Goods;
using TestKit.Databases;

namespace Benchmarks;

/// <summary>Chooses a benchmark by name, runs it, prints its result. Exit codes: 0 within the budget, 1 over it, 2 wrong use.</summary>
internal static class BenchmarkCommand
{
    private static readonly IBenchmark[] All =
    [
        new StartupBenchmark(), new PassthroughBenchmark(), new ShadowBenchmark(), new DecisionBenchmark(), new SwitchBenchmark(),
        new SyncBenchmark(), new LagBenchmark(), CopyBenchmark.Backfill, CopyBenchmark.Reconcile,
    ];

    private const string Usage =
        """
        Usage: dotnet run -c Release --project tests/Benchmarks -- NAME [--json] [--times N] [--rows N] [--database NAME] [--channel NAME]

          --json           one JSON document on standard output; progress is on standard error either way
          --times N        how often, or how long: see below
          --rows N         sync, backfill and reconcile: over so many rows instead of 100,000 or 1,000,000
          --database NAME  sync, lag, backfill and reconcile: sqlite or postgresql only; both are the default, side by side
          --channel NAME   lag: Http, or NServiceBus with its queues in PostgreSQL (build with -p:NServiceBus=true)

        """;

    public static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter error)
    {
        if (args is [] or ["--help"] or ["-h"] or ["help"])
        {
            await output.WriteLineAsync(Usage);
            await ListAsync(output);
            return args.Length == 0 ? 2 : 0;
        }

        if (args is ["list"])
        {
            await ListAsync(output);
            return 0;
        }

        if (All.FirstOrDefault(b => b.Name == args[0]) is not { } benchmark) return await WrongAsync(error, $"There is no benchmark '{args[0]}'; 'list' prints them.");
        var json = false;
        var times = benchmark.DefaultTimes;
        for (var i = 1; i < args.Length; i++)
        {
            if (args[i] == "--json")
            {
                json = true;
                continue;
            }

            var (option, value) = (args[i], ++i < args.Length ? args[i] : "");
            var number = int.TryParse(value, CultureInfo.InvariantCulture, out var parsed) && parsed > 0 ? parsed : (int?)null;
            if (option == "--times" && number is { } some) times = some;
            else if (option == "--rows" && number is { } rows && benchmark.Over(rows) is { } sized) benchmark = sized;
            else if (option == "--database" && value is TestDatabase.Sqlite or TestDatabase.PostgreSql && benchmark.On(value) is { } only) benchmark = only;
            else if (option == "--channel" && GoodsPair.Channels.Contains(value) && benchmark.Via(value) is { } via) benchmark = via;
            else return await WrongAsync(error, $"'{option} {value}' is not understood by {benchmark.Name}.\n{Usage}");
        }

#if DEBUG
        await error.WriteLineAsync("This is a Debug build: its numbers say nothing. Use -c Release.");
#endif
        BenchmarkResult result;
        try
        {
            result = await benchmark.RunAsync(times, error);
        }
        catch (Exception failure) when (failure is InvalidOperationException or TimeoutException or HttpRequestException or IOException)
        {
            await error.WriteLineAsync($"{benchmark.Name} could not be measured: {failure.Message}");
            return 1;
        }

        await output.WriteLineAsync(json ? result.ToJson() : result.ToTable());
        return result.Ok ? 0 : 1;
    }

    private static async Task ListAsync(TextWriter output)
    {
        foreach (var benchmark in All) await output.WriteLineAsync($"{benchmark.Name,-12} {benchmark.About}");
    }

    private static async Task<int> WrongAsync(TextWriter error, string message)
    {
        await error.WriteLineAsync(message);
        return 2;
    }
}
