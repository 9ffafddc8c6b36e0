using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Benchmarks.Servers;

/// <summary>The server behind the proxies: answers bodies of the size that the path asks for, and a small JSON document as an API would.</summary>
internal static class UpstreamServer
{
    public const string Mode = "serve-upstream";

    private static readonly byte[] Item = JsonSerializer.SerializeToUtf8Bytes(new
    {
        id = 42,
        name = "Walking boots",
        description = "Waterproof, with a sole that can be replaced. Sizes run small: order one size up.",
        price = new { amount = 129.90, currency = "EUR" },
        available = true,
        stock = new[] { new { place = "Bern", count = 12 }, new { place = "Ulm", count = 0 }, new { place = "Graz", count = 7 } },
        tags = new[] { "shoes", "outdoor", "new" },
        changed = "2024-03-01T08:15:30Z",
    });

    public static async Task<int> RunAsync(string[] args)
    {
        var builder = WebApplication.CreateSlimBuilder(args);
        builder.Logging.ClearProviders();
        var app = builder.Build();
        var bodies = new Dictionary<int, byte[]> { [100] = new byte[100], [10_240] = new byte[10_240] };
        foreach (var body in bodies.Values) Array.Fill(body, (byte)'x');
        app.MapGet("/healthz", () => "Healthy");
        app.MapGet("/bytes/{size:int}", (int size) => bodies.TryGetValue(size, out var body) ? Results.Bytes(body, "text/plain") : Results.NotFound());
        app.MapGet("/{module}/items/{id:int}", () => Results.Bytes(Item, "application/json"));
        await app.RunAsync();
        return 0;
    }
}
