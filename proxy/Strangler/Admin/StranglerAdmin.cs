using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Strangler.Corpus;
using Strangler.Evidence;
using Strangler.Mirroring;
using Strangler.Plan;
using Strangler.Stages;
using Strangler.Stages.Store;

namespace Strangler.Admin;

/// <summary>The admin API and the dashboard.</summary>
public static class StranglerAdmin
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter() },
    };

    /// <summary>
    /// Maps the operator's API under <c>/admin</c> and the dashboard at <c>/</c>, on the listener of <see cref="StranglerOptions.AdminUrl"/> only:
    /// on any other listener they answer 404. Every call of the API needs the header <c>Strangler-Key</c>.
    /// </summary>
    public static IEndpointRouteBuilder MapStranglerAdmin(this IEndpointRouteBuilder routes)
    {
        ArgumentNullException.ThrowIfNull(routes);
        var keys = new AdminKeyFilter(routes.ServiceProvider.GetRequiredService<StranglerKeys>());
        var log = routes.ServiceProvider.GetRequiredService<ILoggerFactory>().CreateLogger("Strangler.Admin");

        var all = routes.MapGroup("");
        // The listener is told by the listener itself: the Host header says nothing, a client writes it.
        all.AddEndpointFilter((context, next) => context.HttpContext.IsStranglerAdmin() ? next(context) : ValueTask.FromResult<object?>(Results.NotFound()));
        all.MapGet("/", Dashboard.Page);
        all.MapFallback(() => Problems.Of(StatusCodes.Status404NotFound, "The admin listener has no such page.", "The API is under /admin, the dashboard at /."));

        var admin = all.MapGroup("/admin");
        admin.AddEndpointFilter((context, next) => Problems.MapAsync(context, next, log));
        admin.AddEndpointFilter(keys);
        admin.MapGet("/status", StatusAsync);
        admin.MapGet("/audit", AuditAsync);
        admin.MapPost("/side-token", SideTokenAsync);
        var module = admin.MapGroup("/modules/{module}");
        module.MapPost("/advance", AdvanceAsync);
        module.MapPost("/rollback", RollbackAsync);
        module.MapPost("/backfill", BackfillAsync);
        module.MapPost("/reconcile", ReconcileAsync);
        module.MapPost("/detach", DetachAsync);
        module.MapPost("/hold", HoldAsync);
        module.MapGet("/mismatches", Mismatches);
        module.MapPost("/mismatches/{group}/ask", AskAgainAsync);
        module.MapGet("/evidence", EvidenceAsync);
        module.MapGet("/record", CorpusTasks.RecordAsync);
        module.MapPost("/replay", ReplayAsync);
        module.MapGet("/parked", ParkedAsync);
        module.MapPost("/parked/retry", RetryParkedAsync);
        module.MapPost("/parked/discard", DiscardParkedAsync);
        return routes;
    }

    private static async Task<IResult> StatusAsync(string? module, AdminStatus status, CancellationToken cancellation) =>
        Results.Json(await status.OfAsync(module, cancellation).ConfigureAwait(false), Json);

    private static async Task<IResult> AuditAsync(string? module, int? limit, IStageStore store, CancellationToken cancellation) =>
        Results.Json(new { entries = await store.AuditLogAsync(module, Math.Clamp(limit ?? 100, 1, 10_000), cancellation).ConfigureAwait(false) }, Json);

    private static async Task<IResult> AdvanceAsync(string module, HttpContext context, StageMachine machine, CancellationToken cancellation)
    {
        var body = await BodyAsync<AdvanceBody>(context).ConfigureAwait(false);
        var request = new AdvanceRequest(Stages(body?.To), body?.Percent, body?.Force ?? false, body?.Reason, body?.By);
        return Answer(await machine.AdvanceAsync(module, request, cancellation).ConfigureAwait(false));
    }

    private static async Task<IResult> RollbackAsync(string module, HttpContext context, StageMachine machine, CancellationToken cancellation)
    {
        var body = await BodyAsync<RollbackBody>(context).ConfigureAwait(false);
        return Answer(await machine.RollbackAsync(module, Stages(body?.To), body?.Reason, cancellation).ConfigureAwait(false));
    }

    private static async Task<IResult> BackfillAsync(string module, HttpContext context, SideTasks tasks, CancellationToken cancellation) =>
        Results.Json(await tasks.BackfillAsync(module, (await BodyAsync<BackfillBody>(context).ConfigureAwait(false))?.Restart ?? false, cancellation).ConfigureAwait(false), Json, statusCode: StatusCodes.Status202Accepted);

    private static async Task<IResult> ReconcileAsync(string module, HttpContext context, SideTasks tasks, CancellationToken cancellation) =>
        Results.Json(await tasks.ReconcileAsync(module, (await BodyAsync<ReconcileBody>(context).ConfigureAwait(false))?.Repair ?? false, cancellation).ConfigureAwait(false), Json, statusCode: StatusCodes.Status202Accepted);

    private static async Task<IResult> DetachAsync(string module, HttpContext context, SideTasks tasks, CancellationToken cancellation) =>
        Results.Json(await tasks.DetachAsync(module, (await BodyAsync<DetachBody>(context).ConfigureAwait(false))?.Detached ?? true, cancellation).ConfigureAwait(false), Json);

    private static async Task<IResult> HoldAsync(string module, HttpContext context, StageMachine machine, CancellationToken cancellation)
    {
        var body = await BodyAsync<HoldBody>(context).ConfigureAwait(false);
        if (string.IsNullOrWhiteSpace(body?.Endpoint)) throw new StageRequestException("The field 'endpoint' is missing: name the endpoint's id.");
        var state = await machine.HoldAsync(module, body.Endpoint, Stages(body.Stage), cancellation).ConfigureAwait(false);
        return Results.Json(new { module, endpoint = body.Endpoint, stage = state.StageOf(body.Endpoint), held = state.HeldEndpoints }, Json);
    }

    private static IResult Mismatches(string module, Func<PlanSnapshot> plan, EvidenceLedger evidence, NoiseBook noise, LeftOutBook leftOut) =>
        Results.Json(MismatchDocument.Of(Planned(module, plan()), evidence, noise, leftOut), Json);

    private static async Task<IResult> AskAgainAsync(string module, string group, Func<PlanSnapshot> plan, MismatchDesk desk, CancellationToken cancellation) =>
        Results.Json(await desk.AskAsync(Planned(module, plan()).Name, group, cancellation).ConfigureAwait(false), Json);

    internal static PlannedModule Planned(string module, PlanSnapshot plan) =>
        plan.Modules.TryGetValue(module, out var planned) ? planned : throw new UnknownModuleException(module, plan.Modules.Keys);

    private static async Task<IResult> EvidenceAsync(string module, int? limit, EvidenceArchive archive, CancellationToken cancellation) =>
        Results.Json(await archive.OfAsync(module, Math.Clamp(limit ?? 1000, 1, 10_000), cancellation).ConfigureAwait(false), Json);

    private static async Task<IResult> ReplayAsync(string module, HttpContext context, Func<PlanSnapshot> plan, ReplayDesk desk, CancellationToken cancellation)
    {
        var exchange = await CorpusTasks.ExchangeOfAsync(context, cancellation).ConfigureAwait(false);
        return Results.Json(await desk.AskAsync(Planned(module, plan()).Name, exchange, cancellation).ConfigureAwait(false), Json);
    }

    private static async Task<IResult> SideTokenAsync(HttpContext context, SideTokens tokens) =>
        Results.Json(tokens.Make(await BodyAsync<SideTokenBody>(context).ConfigureAwait(false)), Json);

    private static async Task<IResult> ParkedAsync(string module, ParkedTasks tasks, CancellationToken cancellation) =>
        Results.Json(await tasks.ListAsync(module, cancellation).ConfigureAwait(false), Json);

    private static async Task<IResult> RetryParkedAsync(string module, HttpContext context, ParkedTasks tasks, CancellationToken cancellation) =>
        Results.Json(await tasks.RetryAsync(module, (await BodyAsync<PositionsBody>(context).ConfigureAwait(false))?.Positions, cancellation).ConfigureAwait(false), Json);

    private static async Task<IResult> DiscardParkedAsync(string module, HttpContext context, ParkedTasks tasks, CancellationToken cancellation) =>
        Results.Json(await tasks.DiscardAsync(module, (await BodyAsync<PositionsBody>(context).ConfigureAwait(false))?.Positions, cancellation).ConfigureAwait(false), Json);

    private static IResult Answer(StepOutcome outcome) => outcome.Refused
        ? Results.Json(new { outcome.Module, outcome.From, outcome.To, outcome.Percent, outcome.Epoch, outcome.Unmet, outcome.Conditions, title = "Refused: conditions are unmet." }, Json, statusCode: StatusCodes.Status409Conflict)
        : Results.Json(new { outcome.Module, outcome.From, outcome.To, outcome.Percent, outcome.Epoch, outcome.PauseMilliseconds, outcome.Conditions, outcome.Warnings }, Json);

    private static async Task<T?> BodyAsync<T>(HttpContext context)
        where T : class
    {
        // The server knows: a body of HTTP/2 needs neither a length nor a Transfer-Encoding.
        if (context.Request.ContentLength == 0 || context.Features.Get<IHttpRequestBodyDetectionFeature>() is not { CanHaveBody: true }) return null;
        try
        {
            return await JsonSerializer.DeserializeAsync<T>(context.Request.Body, Json, context.RequestAborted).ConfigureAwait(false);
        }
        catch (JsonException error)
        {
            throw new StageRequestException($"The body is not the JSON that is expected here: {error.Message}");
        }
    }

    private static Stage? Stages(string? name)
    {
        if (name is null) return null;
        return Enum.TryParse<Stage>(name, ignoreCase: true, out var stage) && Enum.IsDefined(stage) && !int.TryParse(name, out _)
            ? stage
            : throw new StageRequestException($"There is no stage '{name}'. The stages are {string.Join(", ", Enum.GetNames<Stage>())}.");
    }
}
