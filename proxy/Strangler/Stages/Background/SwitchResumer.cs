using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Strangler.Stages.Store;
using Strangler.Stages.Switching;

namespace Strangler.Stages.Background;

/// <summary>Ends the switches that a coordinator has left unfinished, as soon as its lease is free.</summary>
internal sealed partial class SwitchResumer(IStageStore store, StageMachine machine, IOptions<StageOptions> options, TimeProvider time, ILogger<SwitchResumer> log) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.PollInterval, time);
        do
        {
            try
            {
                // All at once: a module whose side is down must not keep the others' writes waiting.
                var modules = await store.ModulesSwitchingAsync(stoppingToken).ConfigureAwait(false);
                await Task.WhenAll(modules.Select(module => ResumeAsync(module, stoppingToken))).ConfigureAwait(false);
            }
            catch (Exception error) when (!stoppingToken.IsCancellationRequested)
            {
                // The edge of a background loop: the journal says where to go on next time.
                ResumeFailed(error);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false));
    }

    private async Task ResumeAsync(string module, CancellationToken cancellation)
    {
        try
        {
            await machine.ResumeAsync(module, cancellation).ConfigureAwait(false);
        }
        catch (SwitchUnfinishedException error)
        {
            StillUnfinished(error.Message);
        }
    }

    [LoggerMessage(2210, LogLevel.Warning, "{Message}")]
    private partial void StillUnfinished(string message);

    [LoggerMessage(2211, LogLevel.Error, "An unfinished switch could not be resumed.")]
    private partial void ResumeFailed(Exception error);
}
