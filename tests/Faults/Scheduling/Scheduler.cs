using Faults.Running;
using Faults.Wire;
using TestKit.Databases;

namespace Faults.Scheduling;

/// <summary>
/// Makes a schedule from a seed and from nothing else: the same seed, the same faults. What must not be missed (who is killed or stopped, at which line, in which
/// direction; what a database or the wire suffers) is walked through from seed to seed; the rest is drawn.
/// </summary>
internal static class Scheduler
{
    // Strides have no factor in common with the number of places, nor have those numbers: everything comes up, with everything else, and neighbouring seeds differ.
    private const int Stride = 37;
    private const int SideStride = 8;

    // More than there are faults of the wire and of databases: in the others there is none.
    private const int SidePlaces = 21;
    private static readonly string[] _victims = ["coordinator", "legacy", "service", "bystander"];
    private static readonly string[] _clocks = ["legacy", "service", "proxy-a", "proxy-b"];
    private static readonly WireFault[] _wire = [.. Enum.GetValues<WireFault>().Where(static fault => fault != WireFault.None)];

    /// <summary>The lines of a switch that goes well, in their order.</summary>
    public static IReadOnlyList<string> Points { get; } =
        ["switch.held", "switch.fence-answered", "switch.fenced", "switch.drain-answered", "switch.drained", "switch.opened", "switch.published", "switch.followed"];

    /// <summary>The lines of a switch that is aborted.</summary>
    public static IReadOnlyList<string> AbortPoints { get; } = ["switch.aborting", "switch.reopened"];

    private static readonly (FaultKind Kind, string Point, string Victim)[] _main =
    [
        .. from kind in new[] { FaultKind.Kill, FaultKind.Pause }
           from point in Points.Concat(AbortPoints)
           from victim in _victims
           select (kind, point, victim),
    ];

    public static Schedule Of(int seed, string provider = TestDatabase.Sqlite, string? broken = null, bool overNServiceBus = false)
    {
        var random = new Random(seed);
        var count = 2 + random.Next(2);
        var mains = Enumerable.Range(0, count).Select(i => _main[At(seed, i, Stride, _main.Length)]).ToList();
        var two = mains.Any(static m => m.Victim == "bystander") | random.Next(4) > 0;
        var clocks = Clocks(random, provider);
        var rounds = new List<Round>();
        var disk = (string?)null;
        for (var i = 0; i < count; i++)
        {
            var (kind, point, victim) = mains[i];
            var aborts = AbortPoints.Contains(point);
            var faults = new List<Fault> { Fault.Of(kind, point, victim, kind == FaultKind.Kill ? Seconds(random, 0, 1.5) : Seconds(random, 0.3, 4)) };
            if (aborts) faults.Insert(0, Fault.Of(FaultKind.Cut, "switch.held", "wire", TimeSpan.Zero));
            var more = OfDatabases(provider);
            var side = At(seed, i, SideStride, SidePlaces);
            if (side < _wire.Length && !aborts && !overNServiceBus) faults.Add(OnWire(random, _wire[side]));
            else if (side >= _wire.Length && side - _wire.Length < more.Count)
            {
                var (what, whose) = more[side - _wire.Length];
                // One side of a run lies on the small disk.
                if (what == FaultKind.FullDisk) disk ??= whose;
                var when = aborts || random.Next(2) == 0 ? "" : Pick(random, [.. Points.Where(p => p != point)]);
                faults.Add(Fault.Of(what, when, what == FaultKind.FullDisk ? disk! : whose, Seconds(random, 0.3, what == FaultKind.Lock ? 2.5 : 1.5)));
            }

            if (random.Next(2) == 0) faults.Add(Fault.Of(FaultKind.Echo, "", "", TimeSpan.Zero));
            rounds.Add(new Round(i % 2 == 0, random.Next(two ? 2 : 1), faults));
        }

        return new Schedule(seed, new ShopSetting { TwoProxies = two, Clocks = clocks, SmallDisk = disk, Break = broken, Provider = provider, OverNServiceBus = overNServiceBus }, rounds);
    }

    /// <summary>What can be done to databases of this kind, and whose.</summary>
    public static IReadOnlyList<(FaultKind Kind, string Victim)> OfDatabases(string provider) =>
    [
        (FaultKind.Lock, "legacy"), (FaultKind.Lock, "service"), (FaultKind.Lock, "state"),
        .. provider == TestDatabase.Sqlite
            ? new[] { (FaultKind.FullDisk, "legacy"), (FaultKind.FullDisk, "service") }
            : [(FaultKind.Disconnect, "legacy"), (FaultKind.Disconnect, "service"), (FaultKind.Disconnect, "state"), (FaultKind.Crash, "server")],
    ];

    // Each round of a seed is at a place of its own, and the rounds of one direction go through all places.
    private static int At(int seed, int round, int stride, int places) => (((seed - 1) * stride) + (round * 53)) % places;

    private static Dictionary<string, TimeSpan> Clocks(Random random, string provider)
    {
        var clocks = random.Next(3) > 0 ? [] : _clocks.Where(_ => random.Next(2) == 0).ToDictionary(static name => name, _ => TimeSpan.FromMinutes(random.Next(-10, 11)));
        // Proxies that share a file are on one machine, and its clock is theirs; those that share a server may differ.
        if (provider == TestDatabase.Sqlite && clocks.TryGetValue("proxy-a", out var proxies)) clocks["proxy-b"] = proxies;
        else if (provider == TestDatabase.Sqlite) clocks.Remove("proxy-b");
        foreach (var even in clocks.Where(static c => c.Value == TimeSpan.Zero).ToList()) clocks.Remove(even.Key);
        return clocks;
    }

    private static Fault OnWire(Random random, WireFault first)
    {
        var others = _wire.Where(fault => fault != first).ToArray();
        random.Shuffle(others);
        return new Fault(FaultKind.Wire, "", "wire", TimeSpan.Zero, [first, .. others[..random.Next(0, 3)]], random.Next(10, 60));
    }

    private static TimeSpan Seconds(Random random, double least, double most) => TimeSpan.FromMilliseconds((int)(1000 * (least + ((most - least) * random.NextDouble()))));

    private static string Pick(Random random, ReadOnlySpan<string> from) => from[random.Next(from.Length)];
}
