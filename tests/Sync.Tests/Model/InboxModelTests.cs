using FsCheck;
using FsCheck.Fluent;
using TestKit;
using TestKit.Databases;

namespace Sync.Tests.Model;

/// <summary>
/// Random sequences of deliveries, steps of ownership, writes, restarts and sweeps, done on a real database and on a model of a page: every answer and every table must be
/// what the model says. <c>RANDOM_CASES</c> and <c>RANDOM_SEED</c> are described at <see cref="RandomCases"/>.
/// </summary>
public abstract class InboxModelTests(string provider, int cases)
{
    private const int Longest = 24;

    [TestMethod]
    public async Task AnySequence_OnTheSideAndOnTheModel_AnswersAndTablesAreTheSame()
    {
        await using var side = await SideUnderModel.StartAsync(provider);
        await RandomCases.CheckAsync(cases, Sequences, sequence => CompareAsync(side, sequence.Commands));
    }

    private static async Task CompareAsync(SideUnderModel side, IReadOnlyList<Command> commands)
    {
        await side.ClearAsync();
        var state = ModelState.Initial;
        for (var index = 0; index < commands.Count; index++)
        {
            try
            {
                state = await StepAsync(side, state, commands[index]);
            }
            catch (ModelException error)
            {
                throw new ModelException($"Command {index + 1}, {commands[index]}: {error.Message}\nBefore it there was:\n{state.Dump()}");
            }
        }
    }

    private static async Task<ModelState> StepAsync(SideUnderModel side, ModelState state, Command command)
    {
        if (command is Both both)
        {
            var one = Task.Run(() => side.DoAsync(both.One));
            var other = Task.Run(() => side.DoAsync(both.Other, instance: 1));
            return InboxModel.Next(state, both, await one, await other, await side.DumpAsync());
        }

        var answer = await side.DoAsync(command);
        var next = InboxModel.Next(state, command, answer);
        var seen = await side.DumpAsync();
        return next.Dump() == seen ? next : throw new ModelException($"The answer was {answer}. There should be:\n{next.Dump()}\nThere is:\n{seen}");
    }

    /// <summary>Epochs grow along a sequence, give or take a few, so that most commands make sense and some do not.</summary>
    private static readonly Arbitrary<Sequence> Sequences = Arb.From(
        from length in Gen.Choose(1, Longest)
        from begun in Gen.Elements(true, true, true, false)
        from commands in Gen.CollectToArray(Enumerable.Range(0, length), index => CommandAt(1 + (index / 6)))
        // Until a side is told to follow for the first time, little happens there.
        select new Sequence(begun ? [new Follow(1, true, null), .. commands] : commands),
        static sequence => RandomCases.Smaller(sequence.Commands, static command => command.Smaller()).Select(static commands => new Sequence(commands)));

    private static Gen<Command> CommandAt(int era) => Gen.Frequency(
        (12, Deliveries(era)),
        (4, Steps(era)),
        (3, from one in Deliveries(era) from other in Gen.Frequency((3, Deliveries(era)), (1, Steps(era))) select (Command)new Both(one, other is Follow { Reset: true } follow ? follow with { Reset = false } : other)),
        (2, from id in Gen.Choose(5, 8) from code in Gen.Elements("a", "b", "c") select (Command)new Write(id, code)),
        (2, from days in Gen.Elements(0, 1, InboxModel.RetentionDays, InboxModel.RetentionDays + 1) select (Command)new Sweep(days)),
        (1, Gen.Constant<Command>(new Restart())));

    private static Gen<Command> Deliveries(int era) =>
        from size in Gen.Frequency((3, Gen.Choose(1, 3)), (1, Gen.Choose(4, 9)))
        from changes in Gen.ArrayOf(Changes(era), size)
        select (Command)new Deliver(changes);

    private static Gen<Change> Changes(int era) =>
        from ofShelf in Gen.Elements(true, false, false)
        from id in ofShelf ? Gen.Choose(1, 3) : Gen.Elements(5, 5, 5, 6, 6, 6, 7, 8)
        from epoch in Epochs(era)
        from position in Gen.Choose(0, 11)
        from flaw in Gen.Frequency((30, Gen.Constant(Flaw.None)), (1, Gen.Elements(Enum.GetValues<Flaw>())))
        select new Change(ofShelf, id, epoch, position, flaw);

    private static Gen<Command> Steps(int era) => Gen.Frequency(
        (3, from epoch in Epochs(era) from capture in Gen.Elements(true, true, false) select (Command)new Open(epoch, capture)),
        (3, from epoch in Epochs(era) select (Command)new Fence(epoch)),
        (3, from epoch in Epochs(era) from reset in Gen.Elements(true, false) from expected in Known(era) select (Command)new Follow(epoch, reset, expected)),
        (2, from enabled in Gen.Elements(true, true, false) from expected in Known(era) from at in Known(era) select (Command)new Capture(enabled, expected, at)),
        (1, from epoch in Gen.Choose(3, 8) select (Command)new Retire(epoch)));

    private static Gen<long> Epochs(int era) => from epoch in Gen.Frequency((5, Gen.Constant(era)), (3, Gen.Constant(era - 1)), (3, Gen.Constant(era + 1)), (1, Gen.Choose(0, 6))) select (long)epoch;

    private static Gen<long?> Known(int era) => from known in Gen.Elements(true, false) from epoch in Epochs(era) select known ? epoch : (long?)null;

    private sealed record Sequence(Command[] Commands)
    {
        public override string ToString() => string.Join(Environment.NewLine, Commands.Select(static command => $"  {command}"));
    }
}

[TestClass]
public sealed class InboxModelOnSqlite() : InboxModelTests(TestDatabase.Sqlite, cases: 40);

[TestClass]
public sealed class InboxModelOnPostgreSql() : InboxModelTests(TestDatabase.PostgreSql, cases: 30);

[TestClass]
public sealed class InboxModelOnSqlServer() : InboxModelTests(TestDatabase.SqlServer, cases: 30);
