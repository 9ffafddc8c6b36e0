using Faults.Checking;
using Faults.History;

namespace Journey.Tests.Faults;

/// <summary>Histories made by hand, each of them wrong in one way: a checker that finds nothing proves nothing.</summary>
[TestClass]
public sealed class HistoryCheckerTests
{
    private const int Own = 10;
    private const int Account = 1;
    private const int OtherAccount = 2;
    private static readonly Row[] _before = [new(Account, "a", "A", 1000, 1), new(OtherAccount, "b", "B", 1000, 1), new(Own, "own", "old", 1, 1)];
    private int _seconds;

    [TestMethod]
    public void Check_NothingHappened_FindsNothing() => Expect(End(New(), _before), []);

    [TestMethod]
    public void Check_AcknowledgedWriteIsThereOnBothSides_FindsNothing() =>
        Expect(End(New(Change("new")), With(_before, Own, "new", 2)), []);

    [TestMethod]
    public void Check_AcknowledgedWriteIsGone_Lost() =>
        Expect(End(New(Change("new")), _before), ["acknowledged write lost", "acknowledged write lost"]);

    [TestMethod]
    public void Check_UnknownWriteIsGoneOrThere_FindsNothing()
    {
        Expect(Excused(End(New(Change("new", Outcome.Unknown)), _before)), []);
        Expect(Excused(End(New(Change("new", Outcome.Unknown)), With(_before, Own, "new", 2))), []);
    }

    [TestMethod]
    public void Check_UnknownWriteTakesEffectAfterALaterOne_Lost() =>
        Expect(Excused(End(New(Change("first", Outcome.Unknown), Change("second")), With(_before, Own, "first", 2))), ["acknowledged write lost", "acknowledged write lost"]);

    [TestMethod]
    public void Check_ReadShowsWhatWasBeforeTheOwnWrite_NotItsOwnWrite() =>
        Expect(End(New(Change("new"), Read("old", 1)), With(_before, Own, "new", 2)), ["read your writes"]);

    [TestMethod]
    public void Check_ProxyThatKnewOfTheWriteDied_OlderStateMayBeRead()
    {
        var history = End(New(Change("new"), Read("old", 1)), With(_before, Own, "new", 2));
        history.Outages.Enqueue(new Outage("proxy-a", "Kill", TimeSpan.FromSeconds(1.5), TimeSpan.FromSeconds(1.9), Loses: true));
        Expect(history, []);
    }

    [TestMethod]
    public void Check_VersionFalls_WentBack() =>
        Expect(End(New(Change("new", version: 5), Read("new", 4)), With(_before, Own, "new", 5)), ["version went back"]);

    [TestMethod]
    public void Check_SidesDiffer_NotTheSame()
    {
        var history = New();
        history.Stills.Enqueue(new Stillness("a switch", _before, With(_before, Own, "old", 2)));
        Expect(End(history, _before), ["both sides the same"]);
    }

    [TestMethod]
    public void Check_TransferTakesButDoesNotGive_SumChanged() => Expect(
        End(New(), With(_before, Account, "A", 2, 900)),
        ["conservation", "conservation", "applied once", "applied once"]);

    [TestMethod]
    public void Check_TransferCountsTwice_NotAppliedOnce() => Expect(
        End(New(Transfer(2, 2)), With(With(_before, Account, "A", 3, 800), OtherAccount, "B", 3, 1200)),
        ["applied once", "applied once"]);

    [TestMethod]
    public void Check_TransferOfUnknownOutcomeIsDone_FindsNothing() => Expect(
        Excused(End(New(Transfer(0, 0, Outcome.Unknown)), With(With(_before, Account, "A", 2, 900), OtherAccount, "B", 2, 1100))), []);

    [TestMethod]
    public void Check_TwoTransfersAreToldTheSameVersion_NotAppliedOnce()
    {
        var found = HistoryChecker.Check(End(New(Transfer(2, 2), Transfer(2, 3)), With(With(_before, Account, "A", 3, 800), OtherAccount, "B", 3, 1200)));
        Assert.AreEqual("applied once", found.Single().Rule);
        StringAssert.Contains(found.Single().What, "version 2 more than once");
    }

    [TestMethod]
    public void Check_KeyIsGivenTwice_Collides() =>
        Expect(End(New(Create("x", 50), Create("y", 50)), [.. _before, new Row(50, "y", "y", 100, 1)]), ["key collision"]);

    [TestMethod]
    public void Check_RefusedCreationIsThere_RefusedButDone() => Expect(
        Excused(End(New(Create("x", 0, Outcome.Refused)), [.. _before, new Row(50, "x", "x", 100, 1)])), ["refused, but done", "refused, but done"]);

    [TestMethod]
    public void Check_RowThatNobodyMade_FromNowhere() =>
        Expect(End(New(), [.. _before, new Row(50, "x", "x", 100, 1)]), ["row from nowhere", "row from nowhere"]);

    [TestMethod]
    public void Check_EarlierEpochAnswersAfterALaterOne_TwoOwners() => Expect(
        End(New(Direct("one", "service", 2), Direct("two", "legacy", 1)), With(_before, Own, "two", 3)), ["one owner"]);

    [TestMethod]
    public void Check_BothSidesAcknowledgeAtOneEpoch_TwoOwners() => Expect(
        End(New(Direct("one", "service", 2), Direct("two", "legacy", 2)), With(_before, Own, "two", 3)), ["one owner"]);

    [TestMethod]
    public void Check_ChangeBehindTheFence_WrittenByAFormerOwner()
    {
        var history = End(New(), _before);
        history.Fences.Add(new FencePoint("legacy", "service", 1, 2, 7, "Done"));
        history.Deliveries.Enqueue(new Delivery("legacy", 1, 7, "product", "10"));
        Expect(history, []);
        history.Deliveries.Enqueue(new Delivery("legacy", 1, 8, "product", "10"));
        Expect(history, ["one owner"]);
    }

    [TestMethod]
    public void Check_BothSendOneEpoch_TwoOwners()
    {
        var history = End(New(), _before);
        history.Deliveries.Enqueue(new Delivery("legacy", 1, 7, "product", "10"));
        history.Deliveries.Enqueue(new Delivery("service", 1, 3, "product", "10"));
        Expect(history, ["one owner"]);
    }

    [TestMethod]
    public void Check_FailureWithoutAFault_Needless() => Expect(End(New(Change("new", Outcome.Unknown)), _before), ["needless failure"]);

    [TestMethod]
    public void Check_PlainReadFailsWhileOneSideIsDown_Needless()
    {
        var read = Read("", 0) with { Client = "reader-0", Outcome = Outcome.Unknown, Status = 502 };
        var history = End(New(read), _before);
        history.Outages.Enqueue(new Outage("service", "Kill", read.Start, read.End, Loses: true));
        Expect(history, ["needless failure"]);
        history.Outages.Enqueue(new Outage("legacy", "Kill", read.Start, read.End, Loses: true));
        Expect(history, []);
    }

    [TestMethod]
    public void Check_AnswerIsCutInItsMiddle_NeedlessUnlessAProcessWasKilled()
    {
        var read = Read("", 0) with { Client = "reader-0", Outcome = Outcome.Unknown, Status = 0 };
        var history = End(New(read), _before);
        Expect(history, ["needless failure"]);
        history.Outages.Enqueue(new Outage("service", "Kill", read.Start, read.End, Loses: true));
        Expect(history, []);
    }

    private static void Expect(RunHistory history, string[] rules) => CollectionAssert.AreEquivalent(
        rules, HistoryChecker.Check(history).Select(static v => v.Rule).ToArray(), string.Join('\n', HistoryChecker.Check(history)));

    private static RunHistory New(params Operation[] operations)
    {
        var history = new RunHistory { Before = _before, Accounts = new HashSet<int> { Account, OtherAccount } };
        foreach (var operation in operations) history.Operations.Enqueue(operation);
        return history;
    }

    private static RunHistory End(RunHistory history, IReadOnlyList<Row> rows)
    {
        history.Stills.Enqueue(new Stillness(Stillness.TheEnd, rows, rows));
        return history;
    }

    private static RunHistory Excused(RunHistory history)
    {
        history.Outages.Enqueue(new Outage("legacy", "Kill", TimeSpan.Zero, TimeSpan.FromSeconds(100), Loses: true));
        return history;
    }

    private static Row[] With(IReadOnlyList<Row> rows, int key, string value, int version, long cents = 1) =>
        [.. rows.Select(row => row.Key == key ? row with { Value = value, Version = version, Cents = row.Key == Own ? row.Cents : cents } : row)];

    private Operation Change(string value, Outcome outcome = Outcome.Acknowledged, int version = 2) => At(new Operation
    {
        Client = "writer", Act = Act.Change, Key = Own, Value = value, Outcome = outcome, Version = outcome == Outcome.Acknowledged ? version : 0, Via = "proxy-a", Start = default, End = default,
    });

    private Operation Direct(string value, string side, long epoch) => Change(value, version: (int)epoch) with { Via = side, Epoch = epoch, Version = 0 };

    private Operation Read(string value, int version) => At(new Operation
    {
        Client = "writer", Act = Act.Read, Key = Own, Value = value, Outcome = Outcome.Acknowledged, Version = version, Via = "proxy-a", Start = default, End = default,
    });

    private Operation Create(string value, int key, Outcome outcome = Outcome.Acknowledged) => At(new Operation
    {
        Client = "maker", Act = Act.Create, Key = key, Value = value, Outcome = outcome, Via = "proxy-a", Start = default, End = default,
    });

    private Operation Transfer(int version, int otherVersion, Outcome outcome = Outcome.Acknowledged) => At(new Operation
    {
        Client = "transferrer", Act = Act.Transfer, Key = Account, Other = OtherAccount, Amount = 100, Outcome = outcome, Version = version, OtherVersion = otherVersion, Via = "proxy-a", Start = default, End = default,
    });

    private Operation At(Operation operation)
    {
        _seconds++;
        return operation with { Start = TimeSpan.FromSeconds(_seconds), End = TimeSpan.FromSeconds(_seconds + 0.5) };
    }
}
