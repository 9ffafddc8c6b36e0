using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace TestKit;

/// <summary>A real Kestrel server on a free loopback port.</summary>
public sealed class WebHost : IAsyncDisposable
{
    private static readonly TimeSpan LongestStop = TimeSpan.FromSeconds(10);

    private WebHost(WebApplication app)
    {
        App = app;
        Address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        Client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = Address };
    }

    public WebApplication App { get; }

    public Uri Address { get; }

    public HttpClient Client { get; }

    public static async Task<WebHost> StartAsync(Action<WebApplicationBuilder>? configure, Action<WebApplication> map)
    {
        var builder = WebApplication.CreateSlimBuilder();
        // Not without any: NServiceBus would write all there is to a file and to the console, whatever its level.
        builder.Logging.ClearProviders().AddProvider(NullLoggerProvider.Instance);
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        configure?.Invoke(builder);
        var app = builder.Build();
        map(app);
        await app.StartAsync();
        return new WebHost(app);
    }

    public static Task<WebHost> StartAsync(Action<WebApplication> map) => StartAsync(null, map);

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        // Disposed alone, what works in the background would only be told to end, and go on beside what the test does next.
        using (var limit = new CancellationTokenSource(LongestStop)) await App.StopAsync(limit.Token);
        await App.DisposeAsync();
    }
}
