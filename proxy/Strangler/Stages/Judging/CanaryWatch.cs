using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Strangler.Evidence;
using Strangler.Plan;

namespace Strangler.Stages.Judging;

/// <summary>
/// Asks the judge about every module at <see cref="Stage.Canary"/> once a second, and takes its reads back when there is a reason. Forward it takes nothing:
/// that is the operator's to do, on new evidence.
/// </summary>
internal sealed partial class CanaryWatch(
    CanaryJudge judge, StageMachine machine, ModuleStates states, EvidenceLedger evidence, Func<PlanSnapshot> plan, TimeProvider time, ILogger<CanaryWatch> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private readonly ConcurrentDictionary<string, Stage> _stages = new(StringComparer.Ordinal);

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var module in plan().Modules.Keys) _stages[module] = states.Of(module).Stage;
        states.Changed += OnChanged;
        return base.StartAsync(cancellationToken);
    }

    public override Task StopAsync(CancellationToken cancellationToken)
    {
        states.Changed -= OnChanged;
        return base.StopAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
        {
            // Each by itself: a module whose lease is taken must not keep another one's clients waiting.
            await Task.WhenAll(plan().Modules.Values.Select(module => LookAsync(module, stoppingToken))).ConfigureAwait(false);
        }
    }

    private async Task LookAsync(PlannedModule module, CancellationToken cancellation)
    {
        try
        {
            var state = states.Of(module.Name);
            if (judge.Judge(module, state)?.Breach is not { } breach || !module.Canary.Judge || state.Switching) return;
            if (!await machine.TakeBackAsync(module.Name, state.Version, breach, cancellation).ConfigureAwait(false)) return;
            TakenBack(module.Name, (time.GetUtcNow() - breach.Since).TotalSeconds, breach.Reason);
        }
        catch (ModuleBusyException)
        {
            // Whoever has the lease moves the module now; the next look sees what has become of it.
        }
        catch (Exception error) when (!cancellation.IsCancellationRequested)
        {
            // The edge of a background loop: the next look may go better.
            LookFailed(module.Name, error);
        }
    }

    // Whichever proxy has taken it back: what was counted before it is no evidence for another try.
    private void OnChanged(ModuleState state)
    {
        var before = _stages.TryGetValue(state.Module, out var known) ? known : Stage.Legacy;
        _stages[state.Module] = state.Stage;
        if (before > Stage.Shadow && state.Stage <= Stage.Shadow && plan().Modules.TryGetValue(state.Module, out var module)) evidence.Restart(module.Endpoints.Select(static e => e.Id));
    }

    [LoggerMessage(2230, LogLevel.Warning, "Module {Module}: reads were taken back to the legacy {Seconds:0.0} s after the first sign. {Reason}")]
    private partial void TakenBack(string module, double seconds, string reason);

    [LoggerMessage(2231, LogLevel.Error, "The canary of module {Module} could not be judged.")]
    private partial void LookFailed(string module, Exception error);
}
