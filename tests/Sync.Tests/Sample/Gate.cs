using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using TestKit;

namespace Sync.Tests.Sample;

public enum Fault
{
    None,
    Refuse,

    /// <summary>A delivery that holds any change is refused.</summary>
    RefuseChanges,
    LoseAnswer,
    Repeat,

    /// <summary>Neither passed on nor answered before <see cref="Gate.Release"/>.</summary>
    Hold,

    /// <summary>Batches of more than <see cref="Gate.Quick"/> messages are not answered in time.</summary>
    Slow,
}

/// <summary>The way from one side to the other: its address is known before the side behind it has started, and it can fail.</summary>
public sealed class Gate : IAsyncDisposable
{
    private readonly HttpClient _client = new();
    private WebHost? _host;
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _refused;
    private int _held;

    public Uri Address => _host!.Address;

    public Uri? Target { get; set; }

    /// <summary>Applies to inbox deliveries only.</summary>
    public Fault Fault { get; set; }

    public const int Quick = 10;

    /// <summary>How many deliveries were refused.</summary>
    public int Refused => Volatile.Read(ref _refused);

    /// <summary>How many deliveries have been held.</summary>
    public int Held => Volatile.Read(ref _held);

    /// <summary>The positions of all changes that came this way, in the order of their coming.</summary>
    public ConcurrentQueue<long> Sent { get; } = new();

    public static async Task<Gate> StartAsync()
    {
        var gate = new Gate();
        gate._host = await WebHost.StartAsync(app => app.Run(gate.ForwardAsync));
        return gate;
    }

    /// <summary>Lets through what is held.</summary>
    public void Release() => _released.TrySetResult();

    public async ValueTask DisposeAsync()
    {
        Release();
        _client.Dispose();
        await _host!.DisposeAsync();
    }

    private async Task ForwardAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        var isDelivery = context.Request.Path == "/_sync/inbox";
        var fault = isDelivery ? Fault : Fault.None;
        if (fault == Fault.Hold)
        {
            Interlocked.Increment(ref _held);
            await _released.Task.WaitAsync(context.RequestAborted);
        }

        if (Target is null || fault == Fault.Refuse)
        {
            if (fault == Fault.Refuse) Interlocked.Increment(ref _refused);
            context.Response.StatusCode = 503;
            return;
        }

        if (isDelivery)
        {
            var positions = PositionsIn(body);
            foreach (var position in positions) Sent.Enqueue(position);
            if (fault == Fault.RefuseChanges && positions.Count > 0)
            {
                context.Response.StatusCode = 503;
                return;
            }

            if (fault == Fault.Slow && positions.Count > Quick)
            {
                await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                return;
            }
        }

        if (fault == Fault.Repeat) (await SendAsync(context, body)).Dispose();
        using var answer = await SendAsync(context, body);
        if (fault == Fault.LoseAnswer)
        {
            context.Abort();
            return;
        }

        context.Response.StatusCode = (int)answer.StatusCode;
        await answer.Content.CopyToAsync(context.Response.Body);
    }

    private static List<long> PositionsIn(MemoryStream body)
    {
        using var batch = JsonDocument.Parse(body.GetBuffer().AsMemory(0, (int)body.Length));
        // entity, key, type, epoch, position, ...
        return [.. batch.RootElement.GetProperty("messages").EnumerateArray().Select(static message => message[4].GetInt64())];
    }

    private async Task<HttpResponseMessage> SendAsync(HttpContext context, MemoryStream body)
    {
        using var request = new HttpRequestMessage(new HttpMethod(context.Request.Method), new Uri(Target!, context.Request.Path.Value));
        request.Content = new ByteArrayContent(body.ToArray());
        request.Content.Headers.TryAddWithoutValidation("Content-Type", context.Request.ContentType);
        request.Headers.TryAddWithoutValidation("Strangler-Key", context.Request.Headers["Strangler-Key"].ToString());
        return await _client.SendAsync(request);
    }
}
