using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Strangler.Stages.Store;

namespace Strangler.Stages.Background;

/// <summary>Publishes what the store says: once before the first request, then whenever another proxy has changed it.</summary>
internal sealed partial class StateRefresher(IStageStore store, ModuleStates states, IOptions<StageOptions> options, TimeProvider time, ILogger<StateRefresher> log) : BackgroundService
{
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await PublishAsync(cancellationToken).ConfigureAwait(false);
        await base.StartAsync(cancellationToken).ConfigureAwait(false);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.PollInterval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
        {
            try
            {
                await PublishAsync(stoppingToken).ConfigureAwait(false);
            }
            catch (Exception error) when (error is not OperationCanceledException)
            {
                // The edge of a background loop: the next look may go better.
                LookFailed(error);
            }
        }
    }

    private async Task PublishAsync(CancellationToken cancellation)
    {
        foreach (var stored in await store.StatesAsync(cancellation).ConfigureAwait(false))
        {
            if (stored.State.Version > states.Of(stored.State.Module).Version) states.Publish(stored.State);
        }
    }

    [LoggerMessage(2200, LogLevel.Error, "The store could not be read.")]
    private partial void LookFailed(Exception error);
}
