using System.Data.Common;
using Faults.History;
using Faults.Scheduling;
using Faults.Storage;

namespace Faults.Running;

/// <summary>Does to processes and databases what the schedule says, and notes from when to when.</summary>
internal sealed class FaultHand(FaultyShop shop, RunHistory history, CancellationToken stop)
{
    // Long enough for a busy machine to do the work of a second in; whoever waits for it holds on for longer.
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan LongestCut = TimeSpan.FromSeconds(30);
    private static readonly string[] _everybody = ["legacy", "service", "state"];

    /// <summary>At a line of a switch: the coordinator stands there until <paramref name="letGo"/> is called.</summary>
    /// <param name="fault">What is done.</param>
    /// <param name="forward">The switch's direction.</param>
    /// <param name="coordinator">Who stands there.</param>
    /// <param name="token">The coordinator's token, by which it is seen when another has taken over.</param>
    /// <param name="letGo">Lets it go on, if it still can.</param>
    public Task AtPointAsync(Fault fault, bool forward, string coordinator, long token, System.Action letGo) => fault.Kind switch
    {
        FaultKind.Kill => KillAsync(fault, forward, NameOf(fault, coordinator), letGo),
        FaultKind.Pause => PauseAsync(fault, forward, NameOf(fault, coordinator), token, letGo),
        FaultKind.Cut => CutAsync(fault, forward, letGo),
        _ => HurtDatabaseAsync(fault, forward, letGo),
    };

    /// <summary>A lock, a full disk, lost connections, or a crash of the database server.</summary>
    /// <param name="fault">What is done.</param>
    /// <param name="forward">The round's direction.</param>
    /// <param name="begun">Called once it is in force, or cannot be.</param>
    public async Task HurtDatabaseAsync(Fault fault, bool forward, System.Action begun)
    {
        var start = history.Now;
        try
        {
            if (!await HurtAsync(fault, begun)) return;
            Done(fault, forward);
        }
        catch (Exception error) when (error is DbException or TimeoutException)
        {
            Tell(fault, $"did not come about: {error.Message}");
        }
        finally
        {
            begun();
        }

        foreach (var who in fault.Victim == "server" ? _everybody : [fault.Victim]) Over(who, fault, start, loses: false);
    }

    private async Task<bool> HurtAsync(Fault fault, System.Action begun)
    {
        if (fault.Kind == FaultKind.Crash)
        {
            if (shop.CrashServer() is not { } crash) return false;
            Tell(fault, "begins");
            begun();
            await crash;
            return true;
        }

        IHindered database = fault.Victim == "state" ? shop.State : shop.Databases[fault.Victim];
        if (fault.Kind == FaultKind.Disconnect)
        {
            Tell(fault, "begins");
            return database.Disconnect();
        }

        using var hindrance = fault.Kind == FaultKind.FullDisk ? database.Fill() : database.Lock();
        if (hindrance is null) return false;
        Tell(fault, "begins");
        begun();
        await Task.Delay(fault.Lasts, stop);
        return true;
    }

    private async Task KillAsync(Fault fault, bool forward, string name, System.Action letGo)
    {
        Tell(fault, $"of {name}");
        var start = history.Now;
        await shop[name].KillAsync();
        letGo();
        Done(fault, forward);
        await Task.Delay(fault.Lasts, stop);
        await shop[name].RestartAsync();
        Over(name, fault, start, loses: true);
    }

    private async Task PauseAsync(Fault fault, bool forward, string name, long token, System.Action letGo)
    {
        Tell(fault, $"of {name}");
        var start = history.Now;
        shop[name].Pause();
        try
        {
            // Stopped in the middle of a transaction it keeps its locks, and nobody can take anything over from it.
            var locked = shop.Proxies.Contains(name) && shop.State.IsLocked();
            letGo();
            Done(fault, forward);
            // It is woken when the others have gone on without it, if they can.
            if (fault.Victim == "coordinator" && shop.Proxies.Count > 1) await UntilAsync(() => shop.State.Unfinished() is not { } open || open.Token != token, LongestPause);
            else await Task.Delay(fault.Lasts, stop);
            if (locked) Over("state", fault, start, loses: false);
        }
        finally
        {
            shop[name].Resume();
        }

        Over(name, fault, start, loses: false);
    }

    /// <summary>Nothing arrives any more; those who go past the proxies write on until the fence, so that something is left to be drained.</summary>
    private async Task CutAsync(Fault fault, bool forward, System.Action letGo)
    {
        Tell(fault, "begins");
        using (shop.Cut())
        {
            var written = history.Operations.Count + 20;
            await UntilAsync(() => history.Operations.Count >= written && shop.Databases.Values.Any(static database => database.Backlog().Waiting > 0), LongestCut);
            letGo();
            Done(fault, forward);
            // Until the switch has given up, and no longer.
            var fenced = shop.State.Unfinished()?.Id;
            await UntilAsync(() => shop.State.Unfinished() is not { } open || open.Id != fenced || open.Phase == "Reopening", LongestCut);
        }

        Tell(fault, "is over");
    }

    private string NameOf(Fault fault, string coordinator) => fault.Victim switch
    {
        "coordinator" => coordinator,
        "bystander" => shop.Proxies.FirstOrDefault(proxy => proxy != coordinator) ?? coordinator,
        var side => side,
    };

    private void Tell(Fault fault, string what) => history.Tell($"{fault}: {what}");

    private void Done(Fault fault, bool forward)
    {
        foreach (var cell in fault.Cells(forward)) history.Reached.Enqueue(cell);
    }

    private void Over(string who, Fault fault, TimeSpan start, bool loses)
    {
        history.Outages.Enqueue(new Outage(who, fault.ToString(), start, history.Now, loses));
        Tell(fault, $"of {who} is over");
    }

    private async Task UntilAsync(Func<bool> holds, TimeSpan longest)
    {
        var begun = history.Now;
        while (history.Now - begun < longest && !Holds(holds)) await Task.Delay(20, stop);
    }

    private static bool Holds(Func<bool> condition)
    {
        try
        {
            return condition();
        }
        catch (DbException)
        {
            // The database is hurt as well: another look follows.
            return false;
        }
    }
}
