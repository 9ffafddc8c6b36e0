using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Strangler.Corpus;
using Strangler.Plan;
using Strangler.Stages;

namespace Strangler.Admin;

/// <summary>What the admin API does with recorded exchanges.</summary>
internal static class CorpusTasks
{
    /// <summary>
    /// One line of JSON for each exchange, <c>{"dropped": N, "exchange": {...}}</c>, until the listener leaves. The first line has no exchange: once it is there, everything
    /// is listened to.
    /// </summary>
    public static async Task<IResult> RecordAsync(string module, HttpContext context, Func<PlanSnapshot> plan, Recorder recorder, CancellationToken cancellation)
    {
        using var recording = recorder.Begin(StranglerAdmin.Planned(module, plan()).Name);
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        context.Response.ContentType = "application/x-ndjson";
        await SayAsync("""{"dropped":0}""").ConfigureAwait(false);
        try
        {
            await foreach (var exchange in recording.ReadAllAsync(cancellation).ConfigureAwait(false))
                await SayAsync($$"""{"dropped":{{recording.Dropped}},"exchange":{{exchange.ToJson(indented: false)}}}""").ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // The listener has left, which is how a recording ends.
        }

        return Results.Empty;

        async Task SayAsync(string line)
        {
            await context.Response.WriteAsync(line + "\n", cancellation).ConfigureAwait(false);
            await context.Response.Body.FlushAsync(cancellation).ConfigureAwait(false);
        }
    }

    public static async Task<Exchange> ExchangeOfAsync(HttpContext context, CancellationToken cancellation)
    {
        using var reader = new StreamReader(context.Request.Body);
        try
        {
            return Exchange.Of(await reader.ReadToEndAsync(cancellation).ConfigureAwait(false));
        }
        catch (JsonException error)
        {
            throw new StageRequestException($"The body is no recorded exchange: {error.Message}");
        }
    }
}
