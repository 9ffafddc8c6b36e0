using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Strangler.Evidence;
using Strangler.Mirroring;
using Strangler.Stages;
using TestKit;

namespace Strangler.Tests.Mirroring.Seeded;

/// <summary>Two of the same shop behind a proxy at Shadow.</summary>
internal sealed class SeededPair : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private WebHost _legacy = null!;
    private WebHost _service = null!;
    private WebHost _proxy = null!;

    public SeededShop Service { get; } = new();

    public EvidenceLedger Ledger => _proxy.App.Services.GetRequiredService<EvidenceLedger>();

    public NoiseBook Noise => _proxy.App.Services.GetRequiredService<NoiseBook>();

    public static IReadOnlyDictionary<string, string> Endpoints { get; } = SeededShop.Targets.ToDictionary(static target => target, static target => $"shop.{target.Split('?')[0][1..].Replace('/', '-')}");

    public static async Task<SeededPair> StartAsync()
    {
        var pair = new SeededPair();
        pair._legacy = await WebHost.StartAsync(static app => app.Run(new SeededShop().AnswerAsync));
        pair._service = await WebHost.StartAsync(app => app.Run(pair.Service.AnswerAsync));
        var endpoints = string.Join(",\n", Endpoints.Select(static e => $$"""{ "id": "{{e.Value}}", "match": "GET {{e.Key.Split('?')[0]}}" }"""));
        var plan = pair._directory.File("plan.json");
        await File.WriteAllTextAsync(plan, $$"""
            { "legacy": { "address": "{{pair._legacy.Address}}" }, "limits": { "candidateTimeout": "00:01:00" },
              "modules": { "shop": { "service": { "addresses": ["{{pair._service.Address}}"] }, "data": "none", "endpoints": [ {{endpoints}} ], "compare": { "noiseSample": 0.05 } } } }
            """);
        pair._proxy = await WebHost.StartAsync(
            builder =>
            {
                builder.Configuration["Strangler:Plan"] = plan;
                builder.WebHost.ConfigureKestrel(static kestrel => kestrel.ConfigureStrangler());
                builder.Services.AddStrangler(builder.Configuration);
            },
            static app => app.UseStrangler());
        pair._proxy.App.Services.GetRequiredService<ModuleStates>().Publish(new ModuleState("shop", Stage.Shadow, 0, Side.Legacy, 1, false, new Dictionary<string, Stage>(), 1));
        return pair;
    }

    /// <summary>Reads in turn, so that no more wait than the queue holds, and returns when all have been compared.</summary>
    public async Task ReadAsync(int requests, params string[] targets)
    {
        var next = -1;
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            while (Interlocked.Increment(ref next) is var turn && turn < requests)
            {
                await Eventually.TrueAsync(() => Endpoints.Values.Sum(id => Ledger.Of(id).Waiting) < 16, TimeSpan.FromMinutes(2));
                using var answer = await _proxy.Client.GetAsync(targets[turn % targets.Length]);
                await answer.Content.ReadAsByteArrayAsync();
            }
        }));
        await Eventually.TrueAsync(() => Endpoints.Values.All(id => Ledger.Of(id).Waiting == 0), TimeSpan.FromMinutes(2));
    }

    public async ValueTask DisposeAsync()
    {
        await _proxy.DisposeAsync();
        await _service.DisposeAsync();
        await _legacy.DisposeAsync();
        _directory.Dispose();
    }
}
