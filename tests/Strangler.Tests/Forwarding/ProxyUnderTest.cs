using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Strangler.Evidence;
using Strangler.Plan;
using Strangler.Stages;
using TestKit;

namespace Strangler.Tests.Forwarding;

/// <summary>A real proxy in front of a real legacy and a real service.</summary>
internal sealed class ProxyUnderTest : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public WebHost Legacy { get; private set; } = null!;

    public WebHost Service { get; private set; } = null!;

    public WebHost Proxy { get; private set; } = null!;

    public string PlanFile => _directory.File("plan.json");

    public HttpClient Client => Proxy.Client;

    public ModuleStates States => Proxy.App.Services.GetRequiredService<ModuleStates>();

    public EvidenceLedger Ledger => Proxy.App.Services.GetRequiredService<EvidenceLedger>();

    public PlanStore Plans => Proxy.App.Services.GetRequiredService<PlanStore>();

    public T Get<T>() where T : notnull => Proxy.App.Services.GetRequiredService<T>();

    /// <summary>Starts all three. A side that is null answers with its name and what it saw.</summary>
    public static async Task<ProxyUnderTest> StartAsync(
        RequestDelegate? legacy = null, RequestDelegate? service = null, string data = "shared", string extra = "", Action<IServiceCollection>? services = null, string module = "")
    {
        var test = new ProxyUnderTest
        {
            Legacy = await SideAsync(legacy ?? Echo("legacy")),
            Service = await SideAsync(service ?? Echo("service")),
        };
        await File.WriteAllTextAsync(test.PlanFile, test.PlanText(data, extra, module));
        test.Proxy = await WebHost.StartAsync(
            builder =>
            {
                builder.Configuration["Strangler:Plan"] = test.PlanFile;
                builder.WebHost.ConfigureKestrel(static kestrel => kestrel.ConfigureStrangler());
                services?.Invoke(builder.Services);
                builder.Services.AddStrangler(builder.Configuration);
            },
            static app => app.UseStrangler());
        return test;
    }

    public string PlanText(string data, string extra = "", string module = "") => $$"""
        {
          "legacy": { "address": "{{Legacy.Address}}" },
          "modules": {
            "catalog": {
              "service": { "addresses": ["{{Service.Address}}"] },
              "data": "{{data}}",
              {{module}}
              "endpoints": [
                { "id": "catalog.product", "match": "GET /api/products/{id}" },
                { "id": "catalog.update", "match": "PUT /api/products/{id}", "writes": true },
                { "id": "catalog.create", "match": "POST /api/products", "writes": true },
              ],
            },
          },
          {{extra}}
        }
        """;

    public static RequestDelegate Echo(string name) => async context =>
    {
        using var reader = new StreamReader(context.Request.Body);
        var body = await reader.ReadToEndAsync();
        context.Response.Headers["X-Side"] = name;
        await context.Response.WriteAsync($"{context.Request.Method} {context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget} {body}".TrimEnd());
    };

    public void Publish(Stage stage, int percent = 0, Side owner = Side.Legacy, long epoch = 1, bool switching = false) =>
        States.Publish(new ModuleState("catalog", stage, percent, owner, epoch, switching, new Dictionary<string, Stage>(), States.Of("catalog").Version + 1));

    /// <summary>Sends bytes as they are and reads until the proxy closes the connection.</summary>
    public async Task<string> RawAsync(string request)
    {
        using var client = await ConnectAsync();
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(request.ReplaceLineEndings("\r\n")));
        using var reader = new StreamReader(stream, Encoding.Latin1);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        return await reader.ReadToEndAsync(limit.Token);
    }

    public async Task<TcpClient> ConnectAsync()
    {
        var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, Proxy.Address.Port);
        return client;
    }

    public async ValueTask DisposeAsync()
    {
        await Proxy.DisposeAsync();
        await Service.DisposeAsync();
        await Legacy.DisposeAsync();
        _directory.Dispose();
    }

    private static Task<WebHost> SideAsync(RequestDelegate answer) => WebHost.StartAsync(
        static builder => builder.WebHost.ConfigureKestrel(static kestrel =>
        {
            kestrel.ConfigureStrangler();
            kestrel.Limits.MaxRequestBodySize = null;
        }),
        app =>
        {
            app.UseWebSockets();
            app.Run(answer);
        });
}
