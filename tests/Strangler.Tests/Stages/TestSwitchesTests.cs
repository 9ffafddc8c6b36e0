using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Strangler.Stages;
using Strangler.Stages.Switching;
using TestKit;

namespace Strangler.Tests.Stages;

/// <summary>The switches of the fault tests do nothing by accident, and stop a coordinator where they are told to.</summary>
[TestClass]
public sealed class TestSwitchesTests
{
    [TestMethod]
    [DataRow("Points", "/tmp")]
    [DataRow("ClockOffset", "00:05:00")]
    public void Switches_NobodySaysThatThisIsATest_AreRefused(string name, string value)
    {
        using var services = Services((name, value));
        var error = Assert.ThrowsExactly<OptionsValidationException>(() => services.GetRequiredService<IFaultPoints>());
        StringAssert.Contains(error.Message, "Strangler:Break:Allowed");
    }

    [TestMethod]
    public void ClockOffset_InATest_ShiftsTheClockAndNothingElse()
    {
        using var services = Services(("ClockOffset", "00:05:00"), ("Allowed", "true"));
        var time = services.GetRequiredService<TimeProvider>();
        Assert.AreEqual(5, (time.GetUtcNow() - TimeProvider.System.GetUtcNow()).TotalMinutes, 0.1);
        Assert.IsLessThan(TimeSpan.FromMinutes(1), time.GetElapsedTime(TimeProvider.System.GetTimestamp()));
    }

    [TestMethod]
    public async Task Points_StopFileIsThere_WaitsUntilItIsGone()
    {
        using var directory = new TemporaryDirectory();
        using var services = Services(("Points", directory.Path), ("Allowed", "true"));
        var points = services.GetRequiredService<IFaultPoints>();
        points.At("switch.held");
        Assert.IsFalse(File.Exists(directory.File("switch.held.reached")), "nobody asked it to stop");

        await File.WriteAllTextAsync(directory.File("switch.fenced.stop"), "");
        var standing = Task.Run(() => points.At("switch.fenced"));
        await Eventually.TrueAsync(() => File.Exists(directory.File("switch.fenced.reached")), what: "The point is reached");
        Assert.IsFalse(standing.IsCompleted);
        File.Delete(directory.File("switch.fenced.stop"));
        await standing.WaitAsync(TimeSpan.FromSeconds(20));
    }

    private static ServiceProvider Services(params (string Name, string Value)[] switches)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(switches.Select(static s => KeyValuePair.Create($"Strangler:Break:{s.Name}", (string?)s.Value))).Build();
        var services = new ServiceCollection().AddSingleton<IConfiguration>(configuration).AddLogging();
        services.AddStrangler(configuration);
        services.AddStranglerStages();
        return services.BuildServiceProvider();
    }
}
