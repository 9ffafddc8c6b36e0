using System.Globalization;
using System.Text.Json.Nodes;
using Spectre.Console;
using Strangler.Cli.Running;

namespace Strangler.Cli.Talking;

/// <summary>Shows how far the work of a module is while it goes on: a bar on a terminal, a line now and then elsewhere.</summary>
internal static class Work
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan BetweenLines = TimeSpan.FromSeconds(2);

    /// <summary>What is being done at a moment: a text, and the share that is done where it is known.</summary>
    internal sealed record Step(string Text, double? Share);

    /// <summary>Follows the module's status until <paramref name="done"/> says so, and returns the status it saw last.</summary>
    public static async Task<JsonNode> UntilAsync(CommandIo io, AdminClient client, string module, string title, Func<JsonNode, bool> done, CancellationToken cancellation)
    {
        JsonNode last = await client.ModuleAsync(module, cancellation);
        if (done(last)) return last;
        await ShowAsync(io, title, async report =>
        {
            while (!done(last))
            {
                report(Of(last));
                await Task.Delay(Look, TimeProvider.System, cancellation);
                last = await client.ModuleAsync(module, cancellation);
            }

            report(Of(last));
        });
        return last;
    }

    /// <summary>Waits for a call, and shows meanwhile what the module's status says.</summary>
    public static async Task<JsonObject> DuringAsync(CommandIo io, AdminClient client, string module, string title, Task<JsonObject> call, CancellationToken cancellation)
    {
        // Most calls are over at once: nothing is shown for those.
        if (await Task.WhenAny(call, Task.Delay(TimeSpan.FromMilliseconds(500), TimeProvider.System, cancellation)) == call) return await call;
        await ShowAsync(io, title, async report =>
        {
            while (!call.IsCompleted)
            {
                report(Of(await client.ModuleAsync(module, cancellation)));
                await Task.WhenAny(call, Task.Delay(Look, TimeProvider.System, cancellation));
                cancellation.ThrowIfCancellationRequested();
            }
        });
        return await call;
    }

    private static async Task ShowAsync(CommandIo io, string title, Func<Action<Step?>, Task> work)
    {
        if (io.Interactive)
        {
            await io.Terminal.Progress().AutoClear(true).StartAsync(async progress =>
            {
                var bar = progress.AddTask(Markup.Escape(title), maxValue: 1);
                await work(step =>
                {
                    bar.Description = Markup.Escape(step?.Text ?? title);
                    bar.IsIndeterminate = step?.Share is null;
                    if (step?.Share is { } share) bar.Value = share;
                });
            });
            return;
        }

        var shown = "";
        long? at = null;
        await work(step =>
        {
            var text = step?.Text ?? title;
            if (text == shown || (at is { } before && TimeProvider.System.GetElapsedTime(before) < BetweenLines)) return;
            (shown, at) = (text, TimeProvider.System.GetTimestamp());
            io.Line(text);
        });
    }

    private static Step? Of(JsonNode module)
    {
        var sync = module["sync"];
        if (sync?["backfill"] is { } backfill && State(backfill) == "running")
            return Rows("backfill", backfill, (long?)backfill["total"]);
        if (sync?["reconcile"] is { } reconcile && State(reconcile) == "running")
            return Rows("reconcile", reconcile, (long?)sync["backfill"]?["total"]);
        return (bool?)module["switching"] == true ? new Step("switching ownership", null) : null;
    }

    private static Step Rows(string what, JsonNode state, long? total)
    {
        var rows = (long?)state["rows"] ?? 0;
        var rate = (double?)state["rowsPerSecond"] ?? 0;
        var text = string.Create(CultureInfo.InvariantCulture, $"{what}: {rows:N0}{(total > 0 ? string.Create(CultureInfo.InvariantCulture, $" of {total:N0}") : "")} rows, {rate:N0}/s{(state["error"] is { } waits ? $"; it waits: {waits}" : "")}");
        return new Step(text, total > 0 ? Math.Min(1, (double)rows / total.Value) : null);
    }

    public static string? State(JsonNode? work) => (string?)work?["state"];
}
