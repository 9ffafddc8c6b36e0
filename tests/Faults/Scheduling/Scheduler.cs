using Faults.Running;
using Faults.Wire;

namespace Faults.Scheduling;

/// <summary>Makes a schedule from a seed and from nothing else: the same seed, the same faults.</summary>
internal static class Scheduler
{
    /// <summary>The lines of a switch that goes well, in their order.</summary>
    public static IReadOnlyList<string> Points { get; } =
        ["switch.held", "switch.fence-answered", "switch.fenced", "switch.drain-answered", "switch.drained", "switch.opened", "switch.published", "switch.followed"];

    /// <summary>The lines of a switch that is aborted.</summary>
    public static IReadOnlyList<string> AbortPoints { get; } = ["switch.aborting", "switch.reopened"];

    private static readonly string[] _victims = ["coordinator", "legacy", "service", "bystander"];
    private static readonly string[] _processes = ["legacy", "service", "proxy-a", "proxy-b"];

    public static Schedule Of(int seed, string provider = "sqlite", string? broken = null)
    {
        var random = new Random(seed);
        var two = random.Next(4) > 0;
        var clocks = random.Next(3) > 0 ? [] : _processes.Where(_ => random.Next(2) == 0).ToDictionary(name => name, _ => TimeSpan.FromMinutes(random.Next(-10, 11)));
        // Proxies that share a file are on one machine, and its clock is theirs; those that share a server may differ.
        if (provider == "sqlite" && clocks.TryGetValue("proxy-a", out var proxies)) clocks["proxy-b"] = proxies;
        else if (provider == "sqlite") clocks.Remove("proxy-b");
        foreach (var even in clocks.Where(c => c.Value == TimeSpan.Zero).ToList()) clocks.Remove(even.Key);
        var rounds = new List<Round>();
        var disk = (string?)null;
        for (var i = 0; i < 2 + random.Next(2); i++)
        {
            var faults = new List<Fault>();
            var aborts = random.Next(5) == 0;
            if (aborts) faults.AddRange(Aborted(random, two, seed + i));
            else if (random.Next(8) > 0) faults.Add(AtPoint(random, two, Points, seed + (3 * i), (seed / Points.Count) + i));
            if (!aborts && random.Next(2) == 0) faults.Add(OnWire(random));
            if (random.Next(6) == 0) faults.Add(Fault.Of(FaultKind.Lock, "", Pick(random, "legacy", "service", "state"), Seconds(random, 0.3, 2.5)));
            if (random.Next(8) == 0)
            {
                disk ??= Pick(random, "legacy", "service");
                faults.Add(Fault.Of(FaultKind.FullDisk, "", disk, Seconds(random, 0.3, 1.5)));
            }

            if (random.Next(2) == 0) faults.Add(Fault.Of(FaultKind.Echo, "", "", TimeSpan.Zero));
            rounds.Add(new Round(i % 2 == 0, random.Next(two ? 2 : 1), faults));
        }

        return new Schedule(seed, new ShopSetting { TwoProxies = two, Clocks = clocks, SmallDisk = disk, Break = broken, Provider = provider }, rounds);
    }

    // Points and victims are walked through and not drawn, so that a campaign comes to all of them.
    private static Fault AtPoint(Random random, bool two, IReadOnlyList<string> points, int point, int victim)
    {
        var who = _victims[victim % (two ? 4 : 3)];
        return random.Next(3) > 0
            ? Fault.Of(FaultKind.Kill, points[point % points.Count], who, Seconds(random, 0, 1.5))
            : Fault.Of(FaultKind.Pause, points[point % points.Count], who, Seconds(random, 0.3, 4));
    }

    private static IEnumerable<Fault> Aborted(Random random, bool two, int number)
    {
        yield return Fault.Of(FaultKind.Cut, "switch.held", "wire", TimeSpan.FromSeconds(4));
        if (random.Next(3) > 0) yield return AtPoint(random, two, AbortPoints, number, number / AbortPoints.Count);
    }

    private static Fault OnWire(Random random)
    {
        var all = Enum.GetValues<WireFault>().Where(static fault => fault != WireFault.None).ToArray();
        random.Shuffle(all);
        return new Fault(FaultKind.Wire, "", "wire", TimeSpan.Zero, all[..random.Next(1, 4)], random.Next(10, 60));
    }

    private static TimeSpan Seconds(Random random, double least, double most) => TimeSpan.FromMilliseconds((int)(1000 * (least + ((most - least) * random.NextDouble()))));

    private static string Pick(Random random, params ReadOnlySpan<string> from) => from[random.Next(from.Length)];
}
