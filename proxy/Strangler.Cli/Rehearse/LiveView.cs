using System.Globalization;
using Spectre.Console;
using Strangler.Cli.Rehearse.Clients;
using Strangler.Cli.Rehearse.Way;
using Strangler.Cli.Running;

namespace Strangler.Cli.Rehearse;

/// <summary>Shows how the rehearsal goes: on a terminal a table that changes, elsewhere a line for each step.</summary>
internal sealed class LiveView(CommandIo io)
{
    private const int LinesShown = 8;
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);
    private readonly long _began = TimeProvider.System.GetTimestamp();
    private readonly Queue<string> _lines = new();
    private readonly Lock _lock = new();
    private long _requests;
    private long _at;
    private bool _live;

    public TimeSpan Elapsed => TimeProvider.System.GetElapsedTime(_began);

    public void Say(string what)
    {
        var line = string.Create(CultureInfo.InvariantCulture, $"{Elapsed.TotalSeconds,6:0.0} s  {what}");
        lock (_lock)
        {
            _lines.Enqueue(line);
            if (_lines.Count > LinesShown) _lines.Dequeue();
        }

        // While the table is there, its lines are part of it.
        if (!_live) io.Line(line);
    }

    /// <summary>Runs the work with the table shown.</summary>
    public async Task ShowAsync(IReadOnlyList<string> modules, ModuleWatch watch, LoadTally tally, Func<Task> work)
    {
        if (!io.Interactive)
        {
            await work();
            return;
        }

        _live = true;
        try
        {
            await io.Terminal.Live(Picture(modules, watch, tally)).AutoClear(true).StartAsync(async context =>
            {
                var working = work();
                while (!working.IsCompleted)
                {
                    context.UpdateTarget(Picture(modules, watch, tally));
                    await Task.WhenAny(working, Task.Delay(Interval, TimeProvider.System));
                }

                await working;
            });
        }
        finally
        {
            _live = false;
        }
    }

    private Rows Picture(IReadOnlyList<string> modules, ModuleWatch watch, LoadTally tally)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumns("module", "stage", "owner", "lag");
        foreach (var module in modules)
        {
            var seen = watch.Last(module);
            var stage = $"{seen?["stage"]}" == "Canary" ? $"Canary {seen!["percent"]} %" : $"{seen?["stage"]}";
            var lag = (double?)seen?["sync"]?["lagSeconds"] is { } seconds ? string.Create(CultureInfo.InvariantCulture, $"{seconds * 1000:0} ms") : "-";
            table.AddRow([.. new[] { module, stage, $"{seen?["owner"]}", lag }.Select(Markup.Escape)]);
        }

        var counts = string.Create(
            CultureInfo.InvariantCulture,
            $"{Elapsed.TotalSeconds:0} s  {tally.Requests:N0} requests, {Rate(tally):0}/s, {tally.Failed.Count:N0} failed, {tally.Differing.Count:N0} differing, {tally.Lost.Count:N0} lost");
        lock (_lock) return new Rows([table, new Text(counts), .. _lines.Select(static l => new Text(l, new Style(Color.Grey)))]);
    }

    private double Rate(LoadTally tally)
    {
        var (before, at) = (_requests, _at);
        (_requests, _at) = (tally.Requests, TimeProvider.System.GetTimestamp());
        return at == 0 ? 0 : (_requests - before) / Math.Max(0.001, TimeProvider.System.GetElapsedTime(at, _at).TotalSeconds);
    }
}
