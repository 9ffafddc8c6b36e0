using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using Sync.Backfill;
using Sync.Capture;
using Sync.Delivery;
using Sync.DryRuns;
using Sync.Ownership;
using Sync.Reconcile;

namespace Sync;

/// <summary>The endpoints of sync, and the mark on the module's own.</summary>
public static class SyncEndpoints
{
    private static readonly TimeSpan LongestDrain = TimeSpan.FromMinutes(2);

    /// <summary>Maps everything that the sides and the proxy say to each other, under <c>/_sync</c>. Each call needs the header <c>Strangler-Key</c>.</summary>
    public static IEndpointConventionBuilder MapSync(this IEndpointRouteBuilder endpoints)
    {
        var sync = endpoints.MapGroup("/_sync").AddEndpointFilter<RouteGroupBuilder, EndpointGuard>().ExcludeFromDescription();
        ((IEndpointConventionBuilder)sync).Add(endpoint => endpoint.RequestDelegate = EndpointGuard.BehindKey(endpoint.RequestDelegate!));
        sync.MapPost("/inbox", ReceiveAsync);
        var module = sync.MapGroup("/modules/{name}");
        module.MapGet("", StatusAsync);
        module.MapPost("/capture", CaptureAsync);
        module.MapPost("/follow", FollowAsync);
        module.MapPost("/backfill", BackfillAsync);
        module.MapPost("/reconcile", ReconcileAsync);
        module.MapPost("/fence", FenceAsync);
        module.MapPost("/drain", DrainAsync);
        module.MapPost("/open", OpenAsync);
        module.MapPost("/detach", DetachAsync);
        module.MapPost("/retire", RetireAsync);
        module.MapPost("/applied", Applied);
        module.MapPost("/sums", SumsAsync);
        module.MapGet("/parked", ParkedAsync);
        module.MapPost("/parked/retry", RetryParkedAsync);
        module.MapPost("/parked/discard", DiscardParkedAsync);
        return sync;
    }

    /// <summary>Marks endpoints as the module's own: they answer 410 once the module is retired here, and their reads are not foreign.</summary>
    /// <typeparam name="TBuilder">The kind of endpoint or group.</typeparam>
    public static TBuilder WithSyncModule<TBuilder>(this TBuilder builder, string module) where TBuilder : IEndpointConventionBuilder
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(module);
        builder.Add(endpoint => endpoint.Metadata.Add(new SyncModuleAttribute(module)));
        return builder;
    }

    private static async Task<IResult> ReceiveAsync(HttpContext http, SyncInbox inbox, IOptions<SyncOptions> options, CancellationToken cancellationToken)
    {
        var body = await ReadBodyAsync(http, options.Value.MaximumBodyBytes, cancellationToken);
        // Whoever sent the batch may go away; what was begun is ended, for the answer may still arrive.
        var reply = await inbox.ApplyAsync(BatchFormat.Read(body), CancellationToken.None);
        return Results.Bytes(BatchFormat.Write(reply), "application/json");
    }

    private static async Task<JsonHttpResult<ModuleStatus>> StatusAsync(string name, ModuleRegistry registry, ModuleStatusReader status, CancellationToken cancellationToken) =>
        Json(await status.ReadAsync(Find(registry, name), cancellationToken));

    private static async Task<JsonHttpResult<ModuleStatus>> CaptureAsync(string name, CaptureRequest body, ModuleRegistry registry, OwnershipSteps steps, ModuleStatusReader status, CancellationToken cancellationToken)
    {
        await steps.CaptureAsync(Find(registry, name), body.Enabled, body.Expected, body.At, cancellationToken);
        return await StatusAsync(name, registry, status, cancellationToken);
    }

    private static async Task<JsonHttpResult<ModuleStatus>> FollowAsync(string name, FollowRequest body, ModuleRegistry registry, OwnershipSteps steps, ModuleStatusReader status, CancellationToken cancellationToken)
    {
        await steps.FollowAsync(Find(registry, name), body.Epoch, body.Reset, body.Expected, cancellationToken);
        return await StatusAsync(name, registry, status, cancellationToken);
    }

    private static async Task<JsonHttpResult<ModuleStatus>> BackfillAsync(string name, BackfillRequest body, ModuleRegistry registry, ModuleWork work, ModuleStatusReader status, CancellationToken cancellationToken)
    {
        await work.StartBackfillAsync(Find(registry, name), body.Restart, cancellationToken);
        return Json(await status.ReadAsync(Find(registry, name), cancellationToken), StatusCodes.Status202Accepted);
    }

    private static async Task<JsonHttpResult<ModuleStatus>> ReconcileAsync(string name, ReconcileRequest body, ModuleRegistry registry, ModuleWork work, ModuleStatusReader status, CancellationToken cancellationToken)
    {
        await work.StartReconcileAsync(Find(registry, name), body.Repair, cancellationToken);
        return Json(await status.ReadAsync(Find(registry, name), cancellationToken), StatusCodes.Status202Accepted);
    }

    private static async Task<JsonHttpResult<FenceResult>> FenceAsync(string name, EpochRequest body, ModuleRegistry registry, OwnershipSteps steps, CancellationToken cancellationToken) =>
        Json(await steps.FenceAsync(Find(registry, name), body.Epoch, cancellationToken));

    private static async Task<JsonHttpResult<DrainResult>> DrainAsync(string name, DrainRequest body, ModuleRegistry registry, Drain drain, CancellationToken cancellationToken)
    {
        var limit = TimeSpan.FromMilliseconds(Math.Clamp(body.TimeoutMs, 0, LongestDrain.TotalMilliseconds));
        return Json(await drain.WaitAsync(Find(registry, name), body.Position, limit, cancellationToken));
    }

    private static async Task<JsonHttpResult<ModuleStatus>> OpenAsync(string name, OpenRequest body, ModuleRegistry registry, OwnershipSteps steps, ModuleStatusReader status, CancellationToken cancellationToken)
    {
        await steps.OpenAsync(Find(registry, name), body.Epoch, body.Keys, body.Capture, cancellationToken);
        return await StatusAsync(name, registry, status, cancellationToken);
    }

    private static async Task<JsonHttpResult<ModuleStatus>> DetachAsync(string name, DetachRequest body, ModuleRegistry registry, OwnershipSteps steps, ModuleStatusReader status, CancellationToken cancellationToken)
    {
        await steps.DetachAsync(Find(registry, name), body.Detached, cancellationToken);
        return await StatusAsync(name, registry, status, cancellationToken);
    }

    private static async Task<JsonHttpResult<ModuleStatus>> RetireAsync(string name, RetireRequest body, ModuleRegistry registry, OwnershipSteps steps, ModuleStatusReader status, CancellationToken cancellationToken)
    {
        if (body.Role == "owner") await steps.RetireOtherAsync(Find(registry, name), cancellationToken);
        else await steps.RetireAsync(Find(registry, name), body.Epoch, cancellationToken);
        return await StatusAsync(name, registry, status, cancellationToken);
    }

    private static JsonHttpResult<AppliedSince> Applied(string name, AppliedRequest body, ModuleRegistry registry, SyncDatabase database) =>
        Json(database.Applied.Since(Find(registry, name).Name, body.Process, body.Count, body.Epoch, body.First, body.Last));

    private static async Task<JsonHttpResult<SumsReply>> SumsAsync(string name, SumsRequest body, ModuleRegistry registry, SumsReader sums, CancellationToken cancellationToken) =>
        Json(await sums.ReadAsync(Find(registry, name), body, cancellationToken));

    private static async Task<JsonHttpResult<IReadOnlyList<ParkedChange>>> ParkedAsync(string name, ModuleRegistry registry, ParkedStore parked, CancellationToken cancellationToken) =>
        Json(await parked.ListAsync(Find(registry, name), cancellationToken));

    private static async Task<JsonHttpResult<CountReply>> RetryParkedAsync(string name, PositionsRequest body, ModuleRegistry registry, ParkedStore parked, CancellationToken cancellationToken) =>
        Json(new CountReply(await parked.RetryAsync(Find(registry, name), body.Positions, cancellationToken)));

    private static async Task<JsonHttpResult<CountReply>> DiscardParkedAsync(string name, PositionsRequest body, ModuleRegistry registry, ParkedStore parked, CancellationToken cancellationToken) =>
        Json(new CountReply(await parked.DiscardAsync(Find(registry, name), body.Positions, cancellationToken)));

    private static ModuleMap Find(ModuleRegistry registry, string name) =>
        registry.Find(name) ?? throw new KeyNotFoundException($"The module '{name}' is not declared here.");

    private static JsonHttpResult<T> Json<T>(T value, int status = StatusCodes.Status200OK) => TypedResults.Json(value, SyncJson.Options, statusCode: status);

    private static async Task<ReadOnlyMemory<byte>> ReadBodyAsync(HttpContext http, long most, CancellationToken cancellationToken)
    {
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit) limit.MaxRequestBodySize = most;
        using var body = new MemoryStream((int)Math.Min(http.Request.ContentLength ?? 64 * 1024, most));
        await http.Request.Body.CopyToAsync(body, cancellationToken);
        return body.GetBuffer().AsMemory(0, (int)body.Length);
    }

    private sealed record CaptureRequest(bool Enabled, long? Expected = null, long? At = null);

    private sealed record FollowRequest(long Epoch, bool Reset = false, long? Expected = null);

    private sealed record BackfillRequest(bool Restart = false);

    private sealed record ReconcileRequest(bool Repair = false);

    private sealed record EpochRequest(long Epoch);

    private sealed record DrainRequest(long Position, int TimeoutMs);

    private sealed record OpenRequest(long Epoch, Dictionary<string, long>? Keys, bool Capture = true);

    private sealed record DetachRequest(bool Detached);

    private sealed record RetireRequest(long Epoch, string? Role);

    private sealed record AppliedRequest(string Process, long Count, long Epoch, long First, long Last);

    private sealed record PositionsRequest(IReadOnlyList<long> Positions);

    private sealed record CountReply(int Count);
}
