using System.Diagnostics.Metrics;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Docs.Tests.Reference;

[TestClass]
public sealed partial class MetricTests
{
    [TestMethod]
    public void Metrics_Page_EqualsTheCode() => ReferencePage.AssertEquals("metrics.md", [.. Instruments(), Activities()]);

    /// <summary>The instruments that come to be when the classes that hold them are made, by meter.</summary>
    private static IEnumerable<CodeTable> Instruments()
    {
        var seen = new List<Instrument>();
        using (var listener = new MeterListener())
        {
            listener.InstrumentPublished = (instrument, _) => seen.Add(instrument);
            listener.Start();
            MakeTelemetry();
        }

        return seen.Where(static instrument => instrument.Meter.Name is "Strangler" or "Sync")
            .GroupBy(static instrument => instrument.Meter.Name).OrderBy(static meter => meter.Key)
            .Select(static meter => new CodeTable(
                $"meter {meter.Key}",
                ["instrument", "kind", "unit"],
                [.. meter.DistinctBy(static instrument => instrument.Name).OrderBy(static instrument => instrument.Name).Select(Row)]));
    }

    private static void MakeTelemetry()
    {
        var holders = ProductCode.Types.Where(static type => type.Name.EndsWith("Telemetry", StringComparison.Ordinal) && type is { IsClass: true, IsAbstract: false }).ToList();
        Assert.IsNotEmpty(holders, "The product has classes of telemetry.");
        var services = WebApplication.CreateSlimBuilder().Services;
        services.AddSingleton(TimeProvider.System);
        foreach (var holder in holders) services.AddSingleton(holder);
        using var provider = services.BuildServiceProvider();
        foreach (var holder in holders) provider.GetRequiredService(holder);
    }

    private static CodeRow Row(Instrument instrument) => new(
        [$"`{instrument.Name}`", Kind().Match(instrument.GetType().Name).Value.ToLowerInvariant(), $"`{instrument.Unit}`"],
        instrument.Description ?? "");

    /// <summary>By the calls in the source: an activity comes to be while something happens only.</summary>
    private static CodeTable Activities() => new("activities", ["activity", "source"], [.. ProductCode.Files()
        .SelectMany(static file => Started().Matches(File.ReadAllText(file)), static (file, started) => (Name: started.Groups["name"].Value, Project: ProductCode.ProjectOf(file)))
        .OrderBy(static found => found.Name, StringComparer.Ordinal)
        .Select(static found => new CodeRow([$"`{found.Name}`", $"`{found.Project}`"]))]);

    [GeneratedRegex(@"^[A-Za-z]+")]
    private static partial Regex Kind();

    [GeneratedRegex(@"StartActivity\(""(?<name>[^""]+)""")]
    private static partial Regex Started();
}
