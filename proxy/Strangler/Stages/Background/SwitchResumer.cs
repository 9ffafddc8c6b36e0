using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Strangler.Stages.Store;
using Strangler.Stages.Switching;

namespace Strangler.Stages.Background;

/// <summary>Ends the switches that a coordinator has left unfinished, as soon as its lease is free.</summary>
internal sealed partial class SwitchResumer(IStageStore store, StageMachine machine, IOptions<StageOptions> options, TimeProvider time, ILogger<SwitchResumer> log) : BackgroundService
{
    private readonly Dictionary<string, Task> _running = new(StringComparer.Ordinal);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.PollInterval, time);
        do
        {
            try
            {
                // Each by itself, and none waited for: a module whose side is down must not keep the others' writes waiting.
                foreach (var module in await store.ModulesSwitchingAsync(stoppingToken).ConfigureAwait(false))
                {
                    if (!_running.TryGetValue(module, out var running) || running.IsCompleted) _running[module] = ResumeAsync(module, stoppingToken);
                }
            }
            catch (Exception error) when (!stoppingToken.IsCancellationRequested)
            {
                // The edge of a background loop: the journal says where to go on next time.
                ResumeFailed(error);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false));
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken).ConfigureAwait(false);
        // They give their leases back, for which the store must still be there.
        await Task.WhenAll(_running.Values).WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task ResumeAsync(string module, CancellationToken cancellation)
    {
        try
        {
            // A step of its own: what the store does before its first wait must not delay the next module.
            await Task.Yield();
            await machine.ResumeAsync(module, cancellation).ConfigureAwait(false);
        }
        catch (SwitchUnfinishedException error)
        {
            StillUnfinished(error.Message);
        }
        catch (Exception error) when (!cancellation.IsCancellationRequested)
        {
            // The edge of a background task: the journal says where to go on next time.
            ResumeFailed(error);
        }
        catch (OperationCanceledException)
        {
            // The proxy stops; another one, or the next start, goes on.
        }
    }

    [LoggerMessage(2210, LogLevel.Warning, "{Message}")]
    private partial void StillUnfinished(string message);

    [LoggerMessage(2211, LogLevel.Error, "An unfinished switch could not be resumed.")]
    private partial void ResumeFailed(Exception error);
}
