using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Strangler.Stages;
using Strangler.Tests.Forwarding;

namespace Strangler.Tests.Mirroring.DryRuns;

/// <summary>Two small servers that speak the part of the protocol which dry runs need, behind a real proxy.</summary>
internal sealed class DryRunSides : IPositionWait, IAppliedLook
{
    public const string Key = "sync-secret";

    private readonly ConcurrentQueue<IHeaderDictionary> _atLegacy = new();
    private readonly ConcurrentQueue<IHeaderDictionary> _atService = new();

    public RequestDelegate Legacy { get; init; } = static context => context.Response.WriteAsync("same");

    public RequestDelegate Service { get; init; } = static context => context.Response.WriteAsync("same");

    /// <summary>The change messages as JSON.</summary>
    public string LegacyChanges { get; init; } = "[]";

    public string ServiceChanges { get; init; } = "[]";

    public string Outcome { get; init; } = "done";

    /// <summary>The highest position that the copy had applied when the dry run began; null when it has read nothing.</summary>
    public long? Applied { get; init; } = 4;

    public AppliedSince? Since { get; init; } = new(true, true, false, true);

    public bool CatchesUp { get; init; } = true;

    public IReadOnlyCollection<IHeaderDictionary> AtLegacy => _atLegacy;

    public IReadOnlyCollection<IHeaderDictionary> AtService => _atService;

    public static string Row(long id, decimal price) => string.Create(CultureInfo.InvariantCulture, $$$"""[{"entity":"product","key":"{{{id}}}","type":"catalog.product-changed/1","payload":{"id":{{{id}}},"price":{{{price}}} } }]""");

    public Task<ProxyUnderTest> StartAsync(string data = "synced", string limits = "") => ProxyUnderTest.StartAsync(AnswerAsync, RunDryAsync, data, $"\"limits\": {{ \"candidateTimeout\": \"00:00:05\", {limits} }},", services =>
    {
        services.Configure<StranglerOptions>(static options => options.SyncKey = Key);
        services.AddSingleton<IPositionWait>(this);
        services.AddSingleton<IAppliedLook>(this);
    });

    private async Task AnswerAsync(HttpContext context)
    {
        _atLegacy.Enqueue(new HeaderDictionary(context.Request.Headers.ToDictionary()));
        if (context.Request.Headers["Strangler-Changes"] == "catalog" && context.Request.Headers["Strangler-Key"] == Key && LegacyChanges != "[]")
        {
            context.Response.Headers["Strangler-Position"] = "catalog;1;5";
            context.Response.Headers["Strangler-Changes"] = Report(LegacyChanges, "1;5;5");
        }

        await context.Request.Body.CopyToAsync(Stream.Null);
        await Legacy(context);
    }

    private async Task RunDryAsync(HttpContext context)
    {
        _atService.Enqueue(new HeaderDictionary(context.Request.Headers.ToDictionary()));
        await context.Request.Body.CopyToAsync(Stream.Null);
        if (Outcome.Length > 0) context.Response.Headers["Strangler-Dry-Run"] = Outcome;
        if (Applied is { } applied) context.Response.Headers["Strangler-Applied"] = string.Create(CultureInfo.InvariantCulture, $"catalog;process;3;1;{applied}");
        if (ServiceChanges != "[]") context.Response.Headers["Strangler-Changes"] = Report(ServiceChanges, "0;0;0");
        await Service(context);
    }

    private static string Report(string json, string place)
    {
        var bytes = Encoding.UTF8.GetBytes(json);
        return $"catalog;{place};1;{Convert.ToHexStringLower(SHA256.HashData(bytes))};{Convert.ToBase64String(bytes)}";
    }

    public Task<bool> ReachedAsync(string module, long epoch, long position, TimeSpan budget, CancellationToken cancellation) => Task.FromResult(CatchesUp);

    public Task<CopyProgress?> CaughtUpAsync(string module, TimeSpan budget, CancellationToken cancellation) => Task.FromResult<CopyProgress?>(new CopyProgress(5, CatchesUp));

    Task<AppliedSince?> IAppliedLook.SinceAsync(string module, string process, long count, long epoch, long first, long last, CancellationToken cancellation) =>
        Task.FromResult((process, count) == ("process", 3) ? Since : null);
}
