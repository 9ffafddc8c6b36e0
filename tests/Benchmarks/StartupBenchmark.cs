using System.Diagnostics;
using TestKit;
using TestKit.Processes;

namespace Benchmarks;

/// <summary>From the command <c>up</c> on a fresh data directory, already built, to the first answer through the public URL.</summary>
internal sealed class StartupBenchmark : IBenchmark
{
    private const string FirstPage = "/api/products/1";

    public string Name => "startup";

    public string About => "first answer after 'up' on a fresh data directory, already built; memory of the whole system";

    public int DefaultTimes => 3;

    public async Task<BenchmarkResult> RunAsync(int times, TextWriter progress)
    {
        var runs = new List<(double Seconds, double Megabytes)>();
        for (var i = 0; i < times; i++)
        {
            runs.Add(await OnceAsync());
            await progress.WriteLineAsync($"run {i + 1} of {times}: {runs[^1].Seconds:0.0} s, {runs[^1].Megabytes:0} MB");
        }

        return new BenchmarkResult(
            Name,
            new Dictionary<string, double>
            {
                ["firstAnswerSeconds"] = Quantiles.Median(runs.Select(static r => r.Seconds)),
                ["firstAnswerSecondsWorst"] = runs.Max(static r => r.Seconds),
                ["residentMegabytes"] = runs.Max(static r => r.Megabytes),
            },
            [Limit.Most("firstAnswerSeconds", 15), Limit.Most("residentMegabytes", 1024)]);
    }

    private static async Task<(double Seconds, double Megabytes)> OnceAsync()
    {
        using var directory = new TemporaryDirectory();
        using var publicPort = FreePort.Take();
        using var adminPort = FreePort.Take();
        using var moved = SystemDescription.Move(RepositoryRoot.File(".strangler/up.json"), RepositoryRoot.File(".strangler/plan.json"), directory.Path);
        var watch = Stopwatch.StartNew();
        await using var up = await TestProcess.StartAsync(new TestProcessStart("proxy/Strangler.Cli")
        {
            Name = "up",
            Arguments =
            [
                "up", "--file", moved.UpFile, "--plan", moved.PlanFile, "--data", directory.File("data"), "--configuration", RepositoryRoot.Configuration,
                "--port", $"{publicPort.Number}", "--admin-port", $"{adminPort.Number}",
            ],
            Url = new Uri(publicPort.Url),
            PassUrl = false,
            Health = FirstPage,
            ReadyLimit = TimeSpan.FromMinutes(3),
        });
        var seconds = watch.Elapsed.TotalSeconds;
        // The memory is taken when "up" says that everything is ready, not when the first answer came by.
        await Eventually.TrueAsync(() => up.Output.Contains("Ctrl-C", StringComparison.Ordinal), TimeSpan.FromMinutes(1), "up is ready");
        var megabytes = ProcessMemory.OfTree(up.Id);
        await up.StopAsync();
        return (seconds, megabytes);
    }
}
