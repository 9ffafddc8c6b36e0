using Faults.Campaigns;
using Faults.Storage;
using Faults.Scheduling;

namespace Journey.Tests.Faults;

/// <summary>Runs schedules from the one prepared shop that all tests of faults share.</summary>
[TestClass]
public sealed class FaultRuns
{
    private static readonly Lazy<Task<Template>> _template = new(static () => Template.MakeAsync());

    /// <summary>A run that breaks a promise keeps its directory, which the message names.</summary>
    internal static async Task<SeedReport> RunAsync(Schedule schedule)
    {
        var directory = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), "strangler-faults")).FullName;
        return await new Campaign(await _template.Value, directory).RunAsync(schedule);
    }

    internal static async Task AssertHoldsAsync(Schedule schedule, int switches)
    {
        var report = await RunAsync(schedule);
        Assert.IsEmpty(report.Violations, $"{report.Schedule}\nkept in {report.Kept}\n{string.Join('\n', report.Violations.Take(10))}");
        Assert.IsGreaterThanOrEqualTo(switches, report.Switches, report.Schedule);
        Assert.IsGreaterThan(50, report.Acknowledged, report.Schedule);
    }

    [AssemblyCleanup]
    public static async Task CleanUpAsync()
    {
        if (_template.IsValueCreated) await (await _template.Value).DisposeAsync();
    }
}
