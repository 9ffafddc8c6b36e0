using Faults.History;
using Faults.Scheduling;
using Faults.Wire;

namespace Faults.Running;

/// <summary>Does to processes and databases what the schedule says, and notes from when to when.</summary>
internal sealed class FaultHand(FaultyShop shop, RunHistory history)
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(12);

    /// <summary>At a line of a switch: the coordinator stands there until <paramref name="letGo"/> is called.</summary>
    public async Task StrikeAsync(Fault fault, string coordinator, long token, System.Action letGo)
    {
        var name = fault.Victim switch
        {
            "coordinator" => coordinator,
            "bystander" => shop.Proxies.FirstOrDefault(proxy => proxy != coordinator) ?? coordinator,
            var side => side,
        };
        var process = shop[name];
        history.Tell($"{coordinator} is at {fault.Point}: {fault.Kind} {name}");
        var start = history.Now;
        if (fault.Kind == FaultKind.Kill)
        {
            await process.KillAsync();
            letGo();
            await Task.Delay(fault.Lasts);
            await process.RestartAsync();
            Over(name, fault, start, loses: true);
            return;
        }

        process.Pause();
        // Stopped in the middle of a transaction it keeps the file's lock, and nobody can take anything over from it.
        var locked = shop.Proxies.Contains(name) && shop.State.IsLocked();
        letGo();
        // It is woken when the others have gone on without it, if they can.
        if (fault.Victim == "coordinator" && shop.Proxies.Count > 1) await UntilAsync(() => shop.State.Open() is not { } open || open.Token != token);
        else await Task.Delay(fault.Lasts);
        process.Resume();
        if (locked) Over("state", fault, start, loses: false);
        Over(name, fault, start, loses: false);
    }

    /// <summary>Nothing arrives any more; those who go past the proxies write on until the fence, so that something is left to be drained.</summary>
    public async Task CutAsync(Fault fault, string coordinator, System.Action letGo)
    {
        history.Tell($"{coordinator} is at {fault.Point}: the wire is cut");
        foreach (var wire in shop.Wires.Values) wire.Set([WireFault.Drop], 100);
        var written = history.Operations.Count + 20;
        await UntilAsync(() => history.Operations.Count >= written && shop.Databases.Values.Any(static database => database.Backlog().Waiting > 0));
        letGo();
        await Task.Delay(fault.Lasts);
        foreach (var wire in shop.Wires.Values) wire.Clear();
        history.Tell("the wire is whole again");
    }

    /// <summary>A lock or a full disk.</summary>
    public async Task HinderAsync(Fault fault)
    {
        var start = history.Now;
        try
        {
            using var hindrance = fault.Kind == FaultKind.FullDisk ? shop.Databases[fault.Victim].Fill()
                : fault.Victim == "state" ? shop.State.Lock() : shop.Databases[fault.Victim].Lock();
            if (hindrance is null) return;
            history.Tell($"{fault.Kind} {fault.Victim}");
            await Task.Delay(fault.Lasts);
        }
        catch (Microsoft.Data.Sqlite.SqliteException error)
        {
            history.Tell($"{fault.Kind} {fault.Victim} did not come about: {error.Message}");
        }

        Over(fault.Victim, fault, start, loses: false);
    }

    private void Over(string who, Fault fault, TimeSpan start, bool loses)
    {
        history.Outages.Enqueue(new Outage(who, fault.ToString(), start, history.Now, loses));
        history.Tell($"{fault.Kind} {who} is over");
    }

    private async Task UntilAsync(Func<bool> holds)
    {
        var begun = history.Now;
        while (!holds() && history.Now - begun < LongestPause) await Task.Delay(20);
    }
}
