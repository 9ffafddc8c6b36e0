using Microsoft.Extensions.Hosting;

namespace Strangler.Plan;

/// <summary>
/// Looks at the plan's file once a second and reloads it when it has been the same, and new, for two looks: an editor that writes in several steps is
/// left to finish. Polling also sees what notifications miss: mounted volumes, replaced symbolic links.
/// </summary>
internal sealed class PlanWatcher(PlanStore plans, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        var last = plans.Read;
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            var now = plans.Stamp();
            if (now != plans.Read && now == last) await plans.ReloadAsync(stoppingToken);
            last = now;
        }
    }
}
