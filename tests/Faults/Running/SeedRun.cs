using System.Net.Http.Json;
using Faults.Clients;
using Faults.History;
using Faults.Scheduling;

namespace Faults.Running;

/// <summary>One seed from the first process to the last look at both databases.</summary>
internal sealed class SeedRun
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);
    private readonly Schedule _schedule;
    private readonly FaultyShop _shop;
    private readonly FaultHand _hand;
    private readonly Echo _echo;
    private readonly List<Task> _hands = [];

    private SeedRun(Schedule schedule, FaultyShop shop, RunHistory history) =>
        (_schedule, _shop, History, _hand, _echo) = (schedule, shop, history, new FaultHand(shop, history), new Echo(shop, history));

    private RunHistory History { get; }

    /// <summary>Runs the schedule in a directory that is left as the run ends.</summary>
    public static async Task RunAsync(Schedule schedule, Template template, string directory, RunHistory history)
    {
        await using var shop = await FaultyShop.StartAsync(template, directory, schedule.Setting, history, schedule.Seed);
        history.Tell($"started; {schedule}");
        var run = new SeedRun(schedule, shop, history);
        using var stop = new CancellationTokenSource();
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
        }

        history.Fences.AddRange(shop.State.Fences());
        history.Stills.Enqueue(new Stillness(Stillness.TheEnd, shop.Databases["legacy"].Products(), shop.Databases["service"].Products()));
    }

    private async Task RoundAsync(Round round)
    {
        History.Tell($"round {round}");
        foreach (var fault in round.Faults.Where(static f => f.Kind == FaultKind.Wire))
            foreach (var wire in _shop.Wires.Values) wire.Set(fault.WireFaults, fault.Percent);
        foreach (var fault in round.Faults.Where(static f => f.Kind is FaultKind.Lock or FaultKind.FullDisk)) _hands.Add(_hand.HinderAsync(fault));
        // Traffic before the switch, so that there is something to lose.
        var ready = History.Operations.Count + 40;
        await UntilAsync("traffic before the switch", () => History.Operations.Count >= ready);

        var waiting = round.Faults.Where(static f => f.Point.Length > 0).ToDictionary(static f => f.Point);
        var armed = waiting.Keys.Append("switch.drained").ToHashSet();
        foreach (var point in armed) StopPoint.Set(_shop, point);
        var last = _shop.State.LastSwitch();
        var asked = AskAsync(_shop.Proxies[round.Coordinator], last);
        await UntilAsync("a switch that ends", () =>
        {
            Attend(waiting, armed);
            return asked.IsCompleted && _shop.State.Open() is null;
        });
        foreach (var point in Scheduler.Points.Concat(Scheduler.AbortPoints)) StopPoint.Clear(_shop, point);
        await Task.WhenAll(_hands);
        _hands.Clear();
        foreach (var wire in _shop.Wires.Values) wire.Clear();
        if (round.Faults.Any(static f => f.Kind == FaultKind.Echo)) await _echo.AllAsync();
    }

    /// <summary>Does what is due at the points that a coordinator has come to.</summary>
    private void Attend(Dictionary<string, Fault> waiting, HashSet<string> armed)
    {
        foreach (var point in armed.ToList())
        {
            if (StopPoint.ReachedBy(_shop, point) is not { } coordinator) continue;
            armed.Remove(point);
            if (point == "switch.drained") LookAtBoth();
            if (!waiting.TryGetValue(point, out var fault)) LetGo();
            else if (fault.Kind == FaultKind.Cut) _hands.Add(_hand.CutAsync(fault, coordinator, LetGo));
            else _hands.Add(_hand.StrikeAsync(fault, coordinator, _shop.State.Open()?.Token ?? 0, LetGo));

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

    /// <summary>Asks for a change of owner until one has begun. A refusal is a proper answer while faults last.</summary>
    private async Task AskAsync(string proxy, long last)
    {
        for (var attempt = 0; attempt < 20 && _shop.State.LastSwitch() == last; attempt++)
        {
            try
            {
                var (step, body) = _shop.State.Owner() == "Legacy"
                    ? ("advance", (object)new { to = "Extracted", force = true, reason = "a test of faults" })
                    : ("rollback", new { to = "Canary" });
                using var answer = await _shop.AdminOf(proxy).Client.PostAsJsonAsync($"/admin/modules/catalog/{step}", body);
                History.Tell($"{step} answered {(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync()}");
            }
            catch (Exception error) when (error is HttpRequestException or TaskCanceledException or IOException)
            {
                History.Tell($"the coordinator gave no answer: {error.Message}");
            }

            await Task.Delay(250);
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
            await Task.Delay(5);
        }
    }

    private static bool Holds(Func<bool> condition)
    {
        try
        {
            return condition();
        }
        catch (Microsoft.Data.Sqlite.SqliteException)
        {
            // Locked for the moment: another look follows.
            return false;
        }
    }
}
