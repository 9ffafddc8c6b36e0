using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Benchmarks.Servers;

/// <summary>The server behind both proxies: answers bodies of the size that the path asks for.</summary>
internal static class UpstreamServer
{
    public const string Mode = "serve-upstream";

    public static async Task<int> RunAsync(string[] args)
    {
        var builder = WebApplication.CreateSlimBuilder(args);
        builder.Logging.ClearProviders();
        var app = builder.Build();
        var bodies = new Dictionary<int, byte[]> { [100] = new byte[100], [10_240] = new byte[10_240] };
        foreach (var body in bodies.Values) Array.Fill(body, (byte)'x');
        app.MapGet("/healthz", () => "Healthy");
        app.MapGet("/bytes/{size:int}", (int size) => bodies.TryGetValue(size, out var body) ? Results.Bytes(body, "text/plain") : Results.NotFound());
        await app.RunAsync();
        return 0;
    }
}
