using System.Net;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using TestKit;

namespace Strangler.Tests.Forwarding;

[TestClass]
public sealed class UpgradeTests
{
    public required TestContext TestContext { get; init; }

    [TestMethod]
    public async Task WebSocket_OverHttp11_EchoesBothWays()
    {
        await using var test = await ProxyUnderTest.StartAsync(WebSocketEcho);
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new UriBuilder(test.Proxy.Address) { Scheme = "ws", Path = "/socket" }.Uri, TestContext.CancellationToken);
        await EchoAsync(socket);
    }

    [TestMethod]
    public async Task WebSocket_OverHttp2_EchoesBothWays()
    {
        await using var test = await ProxyUnderTest.StartAsync(WebSocketEcho);
        using var certificate = SelfSigned();
        await using var proxy = await TlsProxyAsync(test, certificate);
        using var handler = Trusting();
        using var invoker = new HttpMessageInvoker(handler);
        using var socket = new ClientWebSocket();
        socket.Options.HttpVersion = HttpVersion.Version20;
        socket.Options.HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact;
        await socket.ConnectAsync(new UriBuilder(proxy.Address) { Scheme = "wss", Path = "/socket" }.Uri, invoker, TestContext.CancellationToken);
        await EchoAsync(socket);
    }

    [TestMethod]
    public async Task Http2_OverTlsOnBothSides_KeepsHostTargetAndTrailers()
    {
        using var certificate = SelfSigned();
        await using var upstream = await WebHost.StartAsync(
            builder =>
            {
                builder.WebHost.UseKestrelHttpsConfiguration();
                builder.WebHost.UseUrls("https://127.0.0.1:0");
                builder.WebHost.ConfigureKestrel(kestrel =>
                {
                    kestrel.ConfigureStrangler();
                    kestrel.ConfigureHttpsDefaults(https => https.ServerCertificate = certificate);
                });
            },
            app => app.Run(static async context =>
            {
                context.Response.DeclareTrailer("X-Sum");
                await context.Response.WriteAsync($"{context.Request.Protocol} {context.Request.Host}");
                context.Response.AppendTrailer("X-Sum", "7");
                context.Response.AppendTrailer("Strangler-X", "no");
            }));
        await using var test = await ProxyUnderTest.StartAsync();
        await File.WriteAllTextAsync(test.PlanFile, test.PlanText("none").Replace(test.Legacy.Address.ToString(), upstream.Address.ToString(), StringComparison.Ordinal));
        await using var proxy = await TlsProxyAsync(test, certificate, trustUpstream: true);
        using var client = new HttpClient(Trusting()) { DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(proxy.Address, "/x")) { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        request.Headers.Host = "shop.example";
        using var answer = await client.SendAsync(request, TestContext.CancellationToken);
        Assert.AreEqual("HTTP/2 shop.example", await answer.Content.ReadAsStringAsync(TestContext.CancellationToken));
        Assert.AreEqual("7", answer.TrailingHeaders.GetValues("X-Sum").Single());
        Assert.IsFalse(answer.TrailingHeaders.Contains("Strangler-X"));
    }

    private static Task<WebHost> TlsProxyAsync(ProxyUnderTest test, X509Certificate2 certificate, bool trustUpstream = false) => WebHost.StartAsync(
        builder =>
        {
            builder.Configuration["Strangler:Plan"] = test.PlanFile;
            builder.WebHost.UseKestrelHttpsConfiguration();
            builder.WebHost.UseUrls("https://127.0.0.1:0");
            builder.WebHost.ConfigureKestrel(kestrel =>
            {
                kestrel.ConfigureStrangler();
                kestrel.ConfigureHttpsDefaults(https => https.ServerCertificate = certificate);
            });
            builder.Services.AddStrangler(builder.Configuration);
            if (trustUpstream) Trust.Upstreams(builder.Services);
        },
        static app => app.UseStrangler());

    private static async Task WebSocketEcho(HttpContext context)
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        var buffer = new byte[1024];
        while (true)
        {
            var received = await socket.ReceiveAsync(buffer, CancellationToken.None);
            if (received.MessageType == WebSocketMessageType.Close)
            {
                await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "bye", CancellationToken.None);
                return;
            }

            await socket.SendAsync(buffer.AsMemory(0, received.Count), received.MessageType, received.EndOfMessage, CancellationToken.None);
        }
    }

    private async Task EchoAsync(ClientWebSocket socket)
    {
        var buffer = new byte[100];
        foreach (var word in new[] { "one", "two" })
        {
            await socket.SendAsync(Encoding.UTF8.GetBytes(word), WebSocketMessageType.Text, true, TestContext.CancellationToken);
            var received = await socket.ReceiveAsync(buffer, TestContext.CancellationToken);
            Assert.AreEqual(word, Encoding.UTF8.GetString(buffer, 0, received.Count));
        }

        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "done", TestContext.CancellationToken);
        Assert.AreEqual("bye", socket.CloseStatusDescription);
    }

    private static SocketsHttpHandler Trusting()
    {
        var handler = new SocketsHttpHandler();
        handler.SslOptions.RemoteCertificateValidationCallback = static (_, certificate, _, _) => certificate is not null;
        return handler;
    }

    private static X509Certificate2 SelfSigned()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var certificate = request.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pfx), null);
    }
}
