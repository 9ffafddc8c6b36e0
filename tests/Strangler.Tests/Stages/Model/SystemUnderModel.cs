using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;
using Strangler.Stages;
using Strangler.Stages.Background;
using Strangler.Stages.Sides;
using Strangler.Stages.Store;
using Strangler.Stages.Switching;
using TestKit;

namespace Strangler.Tests.Stages.Model;

/// <summary>The promise that was broken.</summary>
internal sealed class BrokenPromiseException(string message) : Exception(message);

/// <summary>Two proxies, their store and both sides, with an eye on what must never be.</summary>
internal sealed class SystemUnderModel : IAsyncDisposable
{
    private readonly SwitchSystem _system;
    private readonly List<Fail> _faults = [];
    private readonly ConcurrentBag<string> _acknowledged = [];
    private readonly SwitchSystem.Proxy[] _proxies = new SwitchSystem.Proxy[2];
    private readonly Lock _lock = new();
    private readonly Dictionary<Side, long> _epochs = new() { [Side.Legacy] = 0, [Side.Service] = 0 };
    private string? _broken;
    private string _stateFile;
    private bool _leaseIsStray;
    private int _writes;

    private SystemUnderModel(SwitchSystem system) => (_system, _stateFile) = (system, system.StateFile);

    /// <summary>Whether clients write at every call to a side, so that there is no moment of a switch at which none does, or nobody does.</summary>
    public bool Busy { get; init; }

    public FakeSide Legacy => _system.Legacy;

    public FakeSide Service => _system.Service;

    public static async Task<SystemUnderModel> StartAsync(bool busy)
    {
        var system = new SystemUnderModel(await SwitchSystem.StartAsync(clock: new FastClock())) { Busy = busy };
        system.Legacy.Fault = call => system.At(system.Legacy, Side.Legacy, call);
        system.Service.Fault = call => system.At(system.Service, Side.Service, call);
        system.JoinBoth();
        return system;
    }

    /// <summary>What the proxies' store says.</summary>
    public async Task<ModuleState> StateAsync() => (await _proxies[0].Store.StateAsync("catalog", CancellationToken.None))?.State ?? ModuleState.Initial("catalog");

    public Task<IReadOnlyList<AuditEntry>> AuditAsync() => _proxies[0].Store.AuditLogAsync("catalog", 1_000, CancellationToken.None);

    /// <summary>True when nothing stands between an operator and what a step promises.</summary>
    public async Task<bool> IsCalmAsync(ModuleState state)
    {
        var (owner, other) = state.Owner == Side.Legacy ? (Legacy, Service) : (Service, Legacy);
        return _faults.Count == 0 && !_leaseIsStray && !Legacy.Holds && !Service.Holds && !state.Switching && owner.State == "owner" && owner.Epoch == state.Epoch
            && other.State == (state.Stage == Stage.Retired ? "retired" : "follower") && await _proxies[0].Store.OpenSwitchAsync("catalog", CancellationToken.None) is null;
    }

    /// <summary>Asks for the step; null when it ended in one of the ways in which a fault may end it.</summary>
    public async Task<StepEnd?> AskAsync(Ask ask)
    {
        var proxy = ask.CrashAt is { } point ? Join(new CrashAt(point)) : _proxies[ask.Proxy];
        try
        {
            var refused = ask switch
            {
                Advance advance => (await proxy.Machine.AdvanceAsync("catalog", new AdvanceRequest(advance.To, advance.Percent, advance.Force, advance.Force ? "model" : null), CancellationToken.None)).Refused,
                Rollback rollback => (await proxy.Machine.RollbackAsync("catalog", rollback.To, null, CancellationToken.None)).Refused,
                Hold hold => await proxy.Machine.HoldAsync("catalog", "catalog.read", hold.At, CancellationToken.None) is null,
                _ => throw new ArgumentException($"{ask} is no step.", nameof(ask)),
            };
            _leaseIsStray = false;
            return refused ? StepEnd.Refused : StepEnd.Done;
        }
        catch (StageRequestException)
        {
            return StepEnd.Senseless;
        }
        catch (Exception error) when (error is SimulatedCrashException or SwitchAbortedException or SwitchUnfinishedException or ModuleBusyException or SideException or StateConflictException or OperationCanceledException)
        {
            return null;
        }
    }

    public async Task DoAsync(StageCommand command)
    {
        switch (command)
        {
            case Fail fail:
                lock (_lock) _faults.Add(fail);
                break;
            case Earlier earlier: Of(earlier.Side).DoEarlier(earlier.Number); break;
            case ClientWrites write: Write(Of(write.Side)); break;
            case Deliveries { Stopped: true } stop: Of(stop.Side).Holds = true; break;
            case Deliveries release: Of(release.Side).Release(); break;
            case Parked parked: Of(parked.Side).Parked = parked.Count; break;
            case Differences differences: Legacy.Differences = differences.Count; break;
            case BackfillFailed: Legacy.Backfill = "failed"; break;
            case Detached detached: Legacy.Detached = detached.Enabled; break;
            case OtherCoordinatorVanishes:
                await _proxies[0].Store.TakeLeaseAsync("module:catalog", "elsewhere", TimeSpan.FromSeconds(5), CancellationToken.None);
                _leaseIsStray = true;
                break;
            case StateLost:
                _stateFile += ".new";
                JoinBoth();
                _leaseIsStray = false;
                break;
        }
    }

    public void WriteBoth()
    {
        Write(Legacy);
        Write(Service);
    }

    /// <summary>What holds at any moment, whatever went wrong.</summary>
    public void Check()
    {
        lock (_lock)
        {
            Look();
            if (_broken is not null) throw new BrokenPromiseException(_broken);
        }
    }

    /// <summary>The faults are over: in the end there is one owner of whom the store knows, and it has all that was acknowledged.</summary>
    public async Task SettleAsync()
    {
        lock (_lock) _faults.Clear();
        (Legacy.Parked, Service.Parked) = (0, 0);
        Legacy.Release();
        Service.Release();
        var proxy = Join(null);
        var background = proxy.Get<IEnumerable<IHostedService>>().Where(static hosted => hosted is StateRefresher or SwitchResumer or SideWatch).ToArray();
        foreach (var hosted in background) await hosted.StartAsync(CancellationToken.None);
        try
        {
            await Eventually.TrueAsync(async () =>
            {
                // As a client does whose write was refused.
                await proxy.Get<IOwnerRefresh>().RefreshAsync("catalog", CancellationToken.None);
                return await IsSettledAsync(proxy);
            }, TimeSpan.FromMinutes(1), "Rest");
        }
        catch (TimeoutException error)
        {
            throw new BrokenPromiseException($"It does not come to rest: {error.Message}; legacy {Describe(Legacy)}; service {Describe(Service)}; {await StateAsync()}; {await proxy.Store.OpenSwitchAsync("catalog", CancellationToken.None)}");
        }
        finally
        {
            foreach (var hosted in background) await hosted.StopAsync(CancellationToken.None);
        }

        Check();
        var state = await StateAsync();
        var (owner, other) = state.Owner == Side.Legacy ? (Legacy, Service) : (Service, Legacy);
        if (!Write(owner) || Write(other)) throw new BrokenPromiseException($"The {state.Owner} side is owner, and does not write alone.");
        var flows = state.Stage is not (Stage.Legacy or Stage.Retired);
        if (flows && !owner.Capture) throw new BrokenPromiseException($"At {state.Stage} the changes of the {state.Owner} side are not captured.");
        // First what was acknowledged, then what is there: a call that the background left behind may still bring writes about.
        string[] acknowledged = [.. _acknowledged];
        foreach (var side in flows ? new[] { owner, other } : [owner])
        {
            if (acknowledged.Except(side.Values()).FirstOrDefault() is { } lost) throw new BrokenPromiseException($"{lost} was acknowledged, and the {side.Name} side lacks it.");
        }
    }

    public async ValueTask DisposeAsync() => await _system.DisposeAsync();

    private async Task<bool> IsSettledAsync(SwitchSystem.Proxy proxy)
    {
        var state = await StateAsync();
        var (owner, other) = state.Owner == Side.Legacy ? (Legacy, Service) : (Service, Legacy);
        return owner.State == "owner" && other.State is "follower" or "retired" && owner.Epoch == state.Epoch && !state.Switching
            && await proxy.Store.OpenSwitchAsync("catalog", CancellationToken.None) is null;
    }

    private string? At(FakeSide side, Side name, string call)
    {
        lock (_lock)
        {
            Look();
            if (Busy) WriteBoth();
            if (_faults.FindIndex(fault => fault.Side == name && fault.Call == call) is var found and >= 0)
            {
                var fault = _faults[found];
                if (fault.Times <= 1) _faults.RemoveAt(found);
                else _faults[found] = fault with { Times = fault.Times - 1 };
                return fault.How;
            }

            return null;
        }
    }

    private void Look()
    {
        // Read twice around the other: what it was before and after, it was in between, as epochs do not return.
        var (before, legacyEpoch) = (Legacy.IsOwner, Legacy.Epoch);
        var serviceOwns = Service.IsOwner;
        if (before && serviceOwns && Legacy.IsOwner && Legacy.Epoch == legacyEpoch) _broken ??= $"Both sides are owner: legacy {Describe(Legacy)}, service {Describe(Service)}.";
        foreach (var (name, side) in new[] { (Side.Legacy, Legacy), (Side.Service, Service) })
        {
            var epoch = side.Epoch;
            if (epoch < _epochs[name]) _broken ??= $"The {name} side went back from epoch {_epochs[name]} to {epoch}.";
            _epochs[name] = epoch;
        }
    }

    private bool Write(FakeSide side)
    {
        var value = $"w{Interlocked.Increment(ref _writes)}";
        var done = side.Write(value);
        if (done) _acknowledged.Add(value);
        return done;
    }

    private void JoinBoth()
    {
        for (var index = 0; index < _proxies.Length; index++) _proxies[index] = Join(null);
    }

    // The limits are long by the fast clock, and are waited out only where a fault is about.
    private SwitchSystem.Proxy Join(IFaultPoints? faults) => _system.Join(
        faults, ("Strangler:State", _stateFile), ("Strangler:Stages:DrainLimit", "00:00:02"), ("Strangler:Stages:FenceLimit", "00:00:30"), ("Strangler:Stages:LeaseDuration", "00:20:00"), ("Strangler:Stages:WatchInterval", "00:00:01"));

    private FakeSide Of(Side side) => side == Side.Legacy ? Legacy : Service;

    private static string Describe(FakeSide side) => $"{side.State} at epoch {side.Epoch}";
}
