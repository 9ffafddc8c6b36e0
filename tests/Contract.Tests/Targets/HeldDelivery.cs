using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using TestKit;
using TestKit.Processes;

namespace Contract.Tests.Targets;

/// <summary>
/// The way from the monolith's relay to the service's inbox, which can be closed: while it is, a dry run is never too late, however slow the machine is.
/// </summary>
internal sealed class HeldDelivery : IAsyncDisposable
{
    private readonly HttpClient _client = new(new SocketsHttpHandler { UseProxy = false });
    private WebHost? _host;
    private TaskCompletionSource _open = Opened();
    private Uri? _service;

    public Uri Address => _host!.Address;

    public static async Task<HeldDelivery> StartAsync()
    {
        var way = new HeldDelivery();
        way._host = await WebHost.StartAsync(app => app.Run(way.ForwardAsync));
        return way;
    }

    public void LeadTo(TestProcess service) => _service = service.Url;

    public void Close() => _open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Open() => _open.TrySetResult();

    public async ValueTask DisposeAsync()
    {
        Open();
        _client.Dispose();
        await _host!.DisposeAsync();
    }

    private static TaskCompletionSource Opened()
    {
        var open = new TaskCompletionSource();
        open.SetResult();
        return open;
    }

    private async Task ForwardAsync(HttpContext context)
    {
        if (_service is null)
        {
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return;
        }

        if (context.Request.Path == "/_sync/inbox") await _open.Task.WaitAsync(context.RequestAborted);
        using var request = new HttpRequestMessage(new HttpMethod(context.Request.Method), new Uri(_service, context.Request.Path.Value)) { Content = new StreamContent(context.Request.Body) };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", context.Request.ContentType);
        request.Headers.TryAddWithoutValidation("Strangler-Key", context.Request.Headers["Strangler-Key"].ToString());
        using var answer = await _client.SendAsync(request, context.RequestAborted);
        context.Response.StatusCode = (int)answer.StatusCode;
        context.Response.ContentType = answer.Content.Headers.ContentType?.ToString();
        await answer.Content.CopyToAsync(context.Response.Body, context.RequestAborted);
    }
}
