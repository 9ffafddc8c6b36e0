using System.Data.Common;
using System.Net.Http.Json;
using Faults.Clients;
using Faults.History;
using Faults.Scheduling;
using Faults.Storage;

namespace Faults.Running;

/// <summary>One seed from the first process to the last look at both databases.</summary>
internal sealed class SeedRun
{
    // A condition that does not come on a busy machine within this time does not come at all.
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(4);
    private const int Attempts = 20;
    private const int AttemptsUnderFaults = 3;
    private readonly Schedule _schedule;
    private readonly FaultyShop _shop;
    private readonly FaultHand _hand;
    private readonly Echo _echo;
    private readonly List<Task> _hands = [];
    private readonly CancellationToken _stop;

    private SeedRun(Schedule schedule, FaultyShop shop, RunHistory history, CancellationToken stop) =>
        (_schedule, _shop, History, _hand, _echo, _stop) = (schedule, shop, history, new FaultHand(shop, history, stop), new Echo(shop, history), stop);

    private RunHistory History { get; }

    /// <summary>Runs the schedule in a directory that is left as the run ends.</summary>
    public static async Task RunAsync(Schedule schedule, Template template, string directory, RunHistory history, CancellationToken cancellation)
    {
        await using var shop = await FaultyShop.StartAsync(template, directory, schedule.Setting, history, schedule.Seed);
        history.Tell($"started; {schedule}");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var run = new SeedRun(schedule, shop, history, stop.Token);
        var watching = new OwnerWatch(shop, history).RunAsync(stop.Token);
        try
        {
            await using var crowd = new Crowd(shop, history, schedule.Seed);
            foreach (var round in schedule.Rounds) await run.RoundAsync(round);
            await run.SettleAsync();
            await crowd.StopAsync();
            await run.DrainedAsync();
        }
        finally
        {
            await stop.CancelAsync();
            await watching;
            // Nothing is started any more once the processes are ended.
            await Task.WhenAll(run._hands).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        history.Fences.AddRange(shop.State.Fences());
        history.Stills.Enqueue(new Stillness(Stillness.TheEnd, shop.Databases["legacy"].Products(), shop.Databases["service"].Products()));
    }

    private async Task RoundAsync(Round round)
    {
        History.Tell($"round {round}");
        // An aborted switch has left the owner where it was.
        if (_shop.State.Owner() == "Legacy" != round.Forward) await SwitchAsync(round with { Faults = [] });
        SetWire(round);
        foreach (var fault in round.Faults.Where(static f => f.IsOfDatabase && f.Point.Length == 0)) _hands.Add(_hand.HurtDatabaseAsync(fault, round.Forward, static () => { }));
        // Traffic before the switch, so that there is something to lose.
        var ready = History.Operations.Count + 40;
        await UntilAsync("traffic before the switch", () => History.Operations.Count >= ready);
        await SwitchAsync(round);
        foreach (var cell in _schedule.Setting.ClockCells(round.Forward)) History.Reached.Enqueue(cell);
        if (round.Faults.Any(static f => f.Kind == FaultKind.Echo)) await _echo.AllAsync(round.Forward);
    }

    private async Task SwitchAsync(Round round)
    {
        var waiting = round.Faults.Where(static f => f.Point.Length > 0).ToDictionary(static f => f.Point);
        var armed = waiting.Keys.Append("switch.held").Append("switch.drained").ToHashSet();
        foreach (var point in armed) StopPoint.Set(_shop, point);
        var asked = AskAsync(_shop.Proxies[round.Coordinator], _shop.State.LastSwitch());
        await UntilAsync("a switch that ends", () =>
        {
            Attend(round, waiting, armed);
            return asked.IsCompleted && _shop.State.Unfinished() is null;
        });
        await asked;
        foreach (var point in Scheduler.Points.Concat(Scheduler.AbortPoints)) StopPoint.Clear(_shop, point);
        await Task.WhenAll(_hands);
        _hands.Clear();
        foreach (var wire in _shop.Wires.Values)
        {
            wire.Clear();
            var met = wire.TakeMet();
            foreach (var cell in round.Faults.SelectMany(f => f.WireFaults).Intersect(met)) History.Reached.Enqueue(Cell.OfWire(cell, round.Forward));
        }
    }

    private void SetWire(Round round)
    {
        foreach (var fault in round.Faults.Where(static f => f.Kind == FaultKind.Wire))
            foreach (var wire in _shop.Wires.Values) wire.Set(fault.WireFaults, fault.Percent);
    }

    /// <summary>Does what is due at the points that a coordinator has come to.</summary>
    private void Attend(Round round, Dictionary<string, Fault> waiting, HashSet<string> armed)
    {
        foreach (var point in armed.ToList())
        {
            if (StopPoint.ReachedBy(_shop, point) is not { } coordinator) continue;
            var token = _shop.State.Unfinished()?.Token ?? 0;
            if (point == "switch.drained") LookAtBoth();
            armed.Remove(point);
            History.Tell($"{coordinator} is at {point}");
            if (point == "switch.held") SetWire(round);
            if (waiting.TryGetValue(point, out var fault)) _hands.Add(_hand.AtPointAsync(fault, round.Forward, coordinator, token, LetGo));
            else LetGo();

            void LetGo() => StopPoint.Clear(_shop, point);
        }
    }

    /// <summary>Fenced and drained, both sides hold the same: nobody writes, and nothing is under way.</summary>
    private void LookAtBoth()
    {
        if (HasOwner()) return;
        var still = new Stillness($"the switch at {History.Now.TotalSeconds:0.000} s", _shop.Databases["legacy"].Products(), _shop.Databases["service"].Products());
        if (!HasOwner()) History.Stills.Enqueue(still);

        bool HasOwner() => _shop.Databases.Values.Any(static database => database.Ownership() is null or { State: "owner" });
    }

    /// <summary>Asks for a change of owner until one has begun. A refusal is a proper answer while faults last; when it lasts as well, the wire recovers until writes are held.</summary>
    private async Task AskAsync(string proxy, long last)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            try
            {
                if (_shop.State.LastSwitch() != last) return;
                var (step, body) = _shop.State.Owner() == "Legacy"
                    ? ("advance", (object)new { to = "Extracted", force = true, reason = "a test of faults" })
                    : ("rollback", new { to = "Canary" });
                using var answer = await _shop.AdminOf(proxy).Client.PostAsJsonAsync($"/admin/modules/catalog/{step}", body, _stop);
                var text = await answer.Content.ReadAsStringAsync(_stop);
                History.Tell($"{step} answered {(int)answer.StatusCode}: {(answer.IsSuccessStatusCode ? text[..Math.Min(text.Length, 120)] : text)}");
            }
            catch (Exception error) when (!_stop.IsCancellationRequested && error is HttpRequestException or TaskCanceledException or IOException or DbException)
            {
                History.Tell($"the coordinator gave no answer: {error.Message}");
            }

            await Task.Delay(250, _stop);
            if (attempt < AttemptsUnderFaults - 1) continue;
            foreach (var wire in _shop.Wires.Values) wire.Clear();
        }
    }

    /// <summary>No fault lasts: one owner, of whom the proxies know.</summary>
    private Task SettleAsync() => UntilAsync("one owner once no fault lasts", () =>
    {
        var (owner, epoch) = (_shop.State.Owner(), _shop.State.Epoch());
        var rows = _shop.Databases.Values.Select(static database => database.Ownership()).ToList();
        return rows.Count(static row => row is { State: "owner" }) == 1
            && rows.Any(row => row is { State: "owner" } && string.Equals(row.Side, owner, StringComparison.OrdinalIgnoreCase) && row.Epoch == epoch)
            && rows.All(static row => row is { State: "owner" or "follower" });
    });

    private Task DrainedAsync() => UntilAsync("nothing under way once nobody writes", () => _shop.Databases.Values.All(static database => database.Backlog().Waiting == 0));

    private async Task UntilAsync(string what, Func<bool> holds)
    {
        var begun = History.Now;
        while (!Holds(holds))
        {
            if (History.Now - begun > Longest) throw new StuckException($"There was no {what} within {Longest.TotalSeconds:0} s. {_shop.Describe()}");
            await Task.Delay(10, _stop);
        }
    }

    private static bool Holds(Func<bool> condition)
    {
        try
        {
            return condition();
        }
        catch (DbException)
        {
            // Locked or gone for the moment: another look follows.
            return false;
        }
    }
}
