using System.Diagnostics;
using System.Threading.Channels;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Benchmarks.Goods;

/// <summary>
/// Says when a write of the other side can be read here, by the clock that all processes of the machine share. One look serves all who wait: were each to look for itself,
/// a copy that is behind would be kept busy by the questions how far.
/// </summary>
internal sealed class ArrivalWatch(IServiceScopeFactory scopes) : BackgroundService
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(10);
    private readonly Channel<Awaited> _asked = Channel.CreateUnbounded<Awaited>(new UnboundedChannelOptions { SingleReader = true });

    public Task<long> SeenAsync(int id, long cents)
    {
        var awaited = new Awaited(id, cents, Stopwatch.GetTimestamp());
        _asked.Writer.TryWrite(awaited);
        return awaited.Seen.Task;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var goods = scope.ServiceProvider.GetRequiredService<GoodsContext>().Goods.AsNoTracking();
        var waiting = new List<Awaited>();
        while (!stoppingToken.IsCancellationRequested)
        {
            if (waiting.Count == 0) await _asked.Reader.WaitToReadAsync(stoppingToken);
            while (_asked.Reader.TryRead(out var asked)) waiting.Add(asked);
            var ids = waiting.ConvertAll(static awaited => awaited.Id);
            var cents = await goods.Where(g => ids.Contains(g.Id)).ToDictionaryAsync(static g => g.Id, static g => g.Cents, stoppingToken);
            var now = Stopwatch.GetTimestamp();
            waiting.RemoveAll(awaited => cents[awaited.Id] >= awaited.Cents && awaited.Seen.TrySetResult(now));
            if (waiting.Count > 0) await Task.Delay(Pause(Stopwatch.GetElapsedTime(waiting[^1].Since)), stoppingToken);
        }
    }

    // As exact as a tenth of what is measured.
    private static TimeSpan Pause(TimeSpan waited) => TimeSpan.FromTicks(Math.Clamp(waited.Ticks / 10, Shortest.Ticks, Longest.Ticks));

    private sealed record Awaited(int Id, long Cents, long Since)
    {
        public TaskCompletionSource<long> Seen { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
