using FsCheck;
using FsCheck.Fluent;
using Strangler.Stages;
using TestKit;

namespace Strangler.Tests.Stages.Model;

/// <summary>
/// Random sequences of steps, crashes, faults of the sides, late calls, lost leases and lost state. Where no fault is about, a step does exactly what the model says;
/// whatever is about, the promises hold at every call; and in the end, when the faults have stopped, there is one owner who has every acknowledged write.
/// <c>RANDOM_CASES</c> and <c>RANDOM_SEED</c> are described at <see cref="RandomCases"/>.
/// </summary>
[TestClass]
public sealed class StageModelTests
{
    private const int Longest = 14;
    private static readonly string[] Points =
    [
        "switch.held", "switch.fence-answered", "switch.fenced", "switch.drain-answered", "switch.drained", "switch.opened", "switch.published", "switch.followed", "switch.aborting", "switch.reopened",
    ];

    [TestMethod]
    public Task AnySequence_KeepsEveryPromise() => RandomCases.CheckAsync(40, Sequences, static async sequence =>
    {
        await using var system = await SystemUnderModel.StartAsync(sequence.Busy);
        for (var index = 0; index < sequence.Commands.Length; index++)
        {
            try
            {
                await DoAsync(system, sequence.Commands[index]);
            }
            catch (BrokenPromiseException error)
            {
                throw new BrokenPromiseException($"Command {index + 1}, {sequence.Commands[index]}: {error.Message}");
            }
        }

        await system.SettleAsync();
        // Everything that was ever said comes once more, and changes nothing for good.
        for (var number = 0; number < 30; number++)
        {
            await system.DoAsync(new Earlier(Side.Legacy, number));
            await system.DoAsync(new Earlier(Side.Service, number));
            system.Check();
        }

        await system.SettleAsync();
    });

    private static async Task DoAsync(SystemUnderModel system, StageCommand command)
    {
        if (command is not Ask ask)
        {
            await system.DoAsync(command);
            system.Check();
            return;
        }

        // What the clients' writes during the step would tell the other side, it knows beforehand.
        if (system.Busy) system.WriteBoth();
        var (before, log) = (await system.StateAsync(), (await system.AuditAsync()).Count);
        var calm = ask.CrashAt is null && await system.IsCalmAsync(before);
        var (readings, module) = (Readings.Of(system.Legacy, system.Service), ModuleModel.Of(before));
        var end = await system.AskAsync(ask);
        var after = await system.StateAsync();
        system.Check();
        if (after.Epoch < before.Epoch) throw new BrokenPromiseException($"The store went back from epoch {before.Epoch} to {after.Epoch}.");
        if (calm)
        {
            var expected = module.Next(ask, readings);
            if ((end, ModuleModel.Of(after)) != expected) throw new BrokenPromiseException($"From {module} with {readings} it went {end} to {ModuleModel.Of(after)}, and should go {expected}.");
        }

        var told = (await system.AuditAsync()).SkipLast(log).ToArray();
        if ((before.Stage, before.CanaryPercent, before.Owner) != (after.Stage, after.CanaryPercent, after.Owner) && !told.Any(entry => entry.To.StartsWith($"{after.Stage}", StringComparison.Ordinal)))
            throw new BrokenPromiseException($"The audit log does not tell how the module came to {after.Stage}: {string.Join("; ", told.Select(static entry => $"{entry.Action} {entry.From} -> {entry.To}"))}");
        // Whatever went wrong on the way: nothing comes to Shadow without a copy, or with a difference that nobody forced.
        if (before.Stage == Stage.Syncing && after.Stage is Stage.Shadow or Stage.Canary && told.All(static entry => entry.Action == "advance")
            && (!readings.BackfillComplete || readings.LegacyParked > 0 || (readings.Differences > 0 && !told.Any(static entry => entry.Forced))))
            throw new BrokenPromiseException($"It came to {after.Stage} with {readings}.");
    }

    private static readonly Arbitrary<Sequence> Sequences = Arb.From(
        from length in Gen.Choose(1, Longest)
        from start in Gen.Elements<Stage?>(null, Stage.Syncing, Stage.Canary, Stage.Extracted)
        from commands in Gen.ArrayOf(Commands(), length)
        from busy in Gen.Elements(true, false)
        select new Sequence(busy, start is null ? commands : [new Advance(start, null, false, 0, null), .. commands]),
        static sequence => RandomCases.Smaller(sequence.Commands, Smaller).Select(commands => sequence with { Commands = commands }));

    private static Gen<StageCommand> Commands() => Gen.Frequency(
        (10, from to in Gen.Elements<Stage?>(null, Stage.Syncing, Stage.Shadow, Stage.Canary, Stage.Extracted, Stage.Extracted, Stage.Retired)
             from percent in Gen.Elements<int?>(null, null, null, 1, 50, 100)
             from force in Gen.Elements(true, false)
             from proxy in Gen.Choose(0, 1)
             from point in CrashPoints()
             select (StageCommand)new Advance(to, percent, force, proxy, point)),
        (6, from to in Gen.Elements<Stage?>(null, Stage.Legacy, Stage.Syncing, Stage.Shadow, Stage.Canary)
            from proxy in Gen.Choose(0, 1)
            from point in CrashPoints()
            select (StageCommand)new Rollback(to, proxy, point)),
        (1, from at in Gen.Elements<Stage?>(null, null, Stage.Legacy, Stage.Shadow) from proxy in Gen.Choose(0, 1) select (StageCommand)new Hold(at, proxy)),
        (5, from side in Sides
            from call in Gen.Elements("fence", "drain", "open", "open", "follow", "capture", "retire", "status", "backfill", "reconcile", "detach")
            from how in Gen.Elements("down", "500", "409", "cut", "late")
            from times in Gen.Elements(1, 1, 2, 100)
            select (StageCommand)new Fail(side, call, how, times)),
        (4, from side in Sides from number in Gen.Choose(0, 15) select (StageCommand)new Earlier(side, number)),
        (1, from side in Sides select (StageCommand)new ClientWrites(side)),
        (1, from side in Sides from stopped in Gen.Elements(true, false) select (StageCommand)new Deliveries(side, stopped)),
        (1, from side in Sides from count in Gen.Choose(0, 1) select (StageCommand)new Parked(side, count)),
        (1, from count in Gen.Choose(0, 1) select (StageCommand)new Differences(count)),
        (1, from enabled in Gen.Elements(true, true, false) select (StageCommand)new Detached(enabled)),
        (1, Gen.Elements<StageCommand>(new BackfillFailed(), new OtherCoordinatorVanishes(), new StateLost())));

    private static Gen<Side> Sides => Gen.Elements(Side.Legacy, Side.Service);

    private static Gen<string?> CrashPoints() => Gen.Frequency((3, Gen.Constant<string?>(null)), (1, Gen.Elements<string?>(Points)));

    private static IEnumerable<StageCommand> Smaller(StageCommand command) => command switch
    {
        Ask { CrashAt: not null } ask => [ask with { CrashAt = null }],
        Fail { Times: > 1 } fail => [fail with { Times = 1 }],
        _ => [],
    };

    private sealed record Sequence(bool Busy, StageCommand[] Commands)
    {
        public override string ToString() => $"  clients {(Busy ? "write at every call" : "are quiet")}{Environment.NewLine}" + string.Join(Environment.NewLine, Commands.Select(static command => $"  {command}"));
    }
}
