using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Strangler.Corpus;
using Strangler.Decision;
using Strangler.Evidence;
using Strangler.Evidence.Sampling;
using Strangler.Mirroring;
using Strangler.Mirroring.DryRuns;
using Strangler.Stages;

namespace Strangler.Forwarding;

/// <summary>Sends each request to the side that the decision names, and sees to it that a refusal or an outage inside stays inside where it can.</summary>
internal sealed class StranglerForwarding(
    RouteTables tables,
    ModuleStates states,
    ClientBucket buckets,
    SideToken tokens,
    OwnWrites ownWrites,
    EvidenceLedger ledger,
    MirrorTap mirror,
    WriteTaps writes,
    Recorder recorder,
    HeldForwarding held,
    IOwnerRefresh refresh,
    StranglerTelemetry telemetry,
    TimeProvider time)
{
    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        var table = tables.Current;
        var route = context.GetReverseProxyFeature().Route;
        if (ReferenceEquals(route.Config.RouteId, RouteTable.CatchAll) || !table.TryGet(route.Config.RouteId, out var planned))
            return UnplannedAsync(context, next, table, null);

        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        if (RawTarget.IsAmbiguous(RawTarget.Path(RawTarget.PathAndQuery(target)))) return UnplannedAsync(context, next, table, planned);
        return recorder.Of(planned.Module.Name) is { } recording
            ? recorder.ListenAsync(recording, context, planned, table.Plan.Limits, () => PlannedAsync(context, next, table, planned))
            : PlannedAsync(context, next, table, planned);
    }

    private Task PlannedAsync(HttpContext context, RequestDelegate next, RouteTable table, PlannedRoute planned) =>
        planned.Endpoint.Writes ? WriteAsync(context, next, table, planned) : ReadAsync(context, next, table, planned);

    private async Task WriteAsync(HttpContext context, RequestDelegate next, RouteTable table, PlannedRoute planned)
    {
        await using var tap = writes.Open(context, planned, states.Of(planned.Module.Name), table.Plan.Limits);
        await held.ForwardAsync(context, next, new HeldCall(table, planned.Module.Name, planned, Side.Legacy, table.Plan.Limits.RetryBuffer));
        tap.Complete();
    }

    private async Task UnplannedAsync(HttpContext context, RequestDelegate next, RouteTable table, PlannedRoute? passedBy)
    {
        if (passedBy is not null) ledger.LegacyCalled(passedBy.Module.Name, passedBy.Endpoint, ambiguous: true);
        telemetry.Forwarded(passedBy is null ? DecisionReason.NotPlanned : DecisionReason.AmbiguousTarget, null, Side.Legacy);
        if (tables.AnyModuleMoved && BodyOf.MayBeReplayed(context))
        {
            await held.ForwardAsync(context, next, new HeldCall(table, null, null, Side.Legacy, HeldCall.UnplannedBuffer));
            return;
        }

        Reassignment.To(context, table, null, Side.Legacy);
        await next(context);
        if (Outcome.IsOfTheProxy(context)) await Outcome.AnswerAsync(context);
    }

    private async Task ReadAsync(HttpContext context, RequestDelegate next, RouteTable table, PlannedRoute planned)
    {
        var (module, endpoint) = (planned.Module, planned.Endpoint);
        var state = states.Of(module.Name);
        if (module.Data == Plan.DataMode.Synced && ownWrites.EpochOf(context, module.Name) > state.Epoch) state = await NewerAsync(context, module.Name);
        var stage = state.StageOf(endpoint.Id);
        var decision = tokens.Of(context, stage) is { } asked
            ? new EndpointDecision(asked, DecisionReason.Forced)
            : EndpointDecision.Decide(writes: false, stage, state, stage == Stage.Canary ? buckets.Of(context, table.Plan.Clients) : 0);
        var target = decision.Target;
        if (target != state.Owner && state.Stage != Stage.Retired && module.Data == Plan.DataMode.Synced
            && !await MayReadCopyAsync(context, planned, table.Plan.Limits))
        {
            target = state.Owner;
            ledger.OwnWriteRead(endpoint.Id);
            telemetry.OwnWriteAtOwner(module.Name);
        }

        telemetry.Forwarded(decision.Reason, module.Name, target);
        var standsIn = target == Side.Service && state.Stage is Stage.Canary or Stage.Extracted && module.Data != Plan.DataMode.None && !BodyOf.MayExist(context);
        if (standsIn) context.Features.Set(LegacyStandsIn.Instance);
        await using var tap = mirror.Open(context, planned, state, stage, target, table.Plan.Limits);
        if (target == Side.Legacy) ledger.LegacyCalled(module.Name, endpoint);
        Reassignment.To(context, table, planned, target);
        // A tester's requests are no sample of what clients meet, and an upgraded connection lasts as long as its client likes.
        using var sample = decision.Reason == DecisionReason.Forced || (stage is Stage.Shadow or Stage.Canary && BodyOf.IsUpgrade(context)) ? Sample.None : ledger.Samples.Begin(endpoint.Id, stage, target);
        await next(context);
        Outcome.Tell(context, sample);
        if (standsIn && Outcome.IsUnavailable(context) && !await MayStandInAsync(context, state, module.Name, table.Plan.Limits))
        {
            tap.Discard();
            Outcome.Clear(context);
            await Answer.WriteAsync(context, StatusCodes.Status503ServiceUnavailable, retryAfterSeconds: 1);
            ledger.Served(endpoint.Id, target, context.Response.StatusCode);
            return;
        }

        if (standsIn && Outcome.IsUnavailable(context))
        {
            ledger.FellBack(endpoint.Id);
            telemetry.FellBack(module.Name, endpoint.Id);
            ledger.LegacyCalled(module.Name, endpoint);
            context.Features.Set<LegacyStandsIn>(null);
            Outcome.Clear(context);
            tap.Discard();
            target = Side.Legacy;
            Reassignment.To(context, table, planned, target);
            await next(context);
        }

        if (Outcome.RefusalOf(context) is { Kind: RefusalKind.NotOwner })
        {
            // A read that a side refuses as not the owner is a write that the plan does not know as one.
            tap.Discard();
            if (BodyOf.MayExist(context))
            {
                // Its body has gone to the side that refused it, and nothing of it was kept.
                await Outcome.AnswerAsync(context);
                return;
            }

            await held.ResumeAsync(context, next, new HeldCall(table, module.Name, planned, target, 0));
            return;
        }

        if (Outcome.IsOfTheProxy(context)) await Outcome.AnswerAsync(context);
        else tap.Complete();
        ledger.Served(endpoint.Id, target, context.Response.StatusCode);
    }

    private ValueTask<bool> MayReadCopyAsync(HttpContext context, PlannedRoute planned, Plan.PlanLimits limits)
    {
        var started = time.GetTimestamp();
        var reached = ownWrites.MayReadCopyAsync(context, planned.Module.Name, limits.OwnWritesBudget, limits.OwnWritesEverywhere);
        return reached.IsCompletedSuccessfully ? reached : WaitedAsync(reached);

        async ValueTask<bool> WaitedAsync(ValueTask<bool> waiting)
        {
            var may = await waiting;
            ledger.OwnWriteWaited(planned.Endpoint.Id);
            telemetry.OwnWriteWaited(planned.Module.Name, time.GetElapsedTime(started));
            return may;
        }
    }

    /// <summary>Where the service is owner, the legacy's copy may lack what this client has been told is done: no answer is better than that it never was.</summary>
    private async ValueTask<bool> MayStandInAsync(HttpContext context, ModuleState state, string module, Plan.PlanLimits limits) =>
        state.Owner == Side.Legacy || await ownWrites.MayReadCopyAsync(context, module, limits.OwnWritesBudget, limits.OwnWritesEverywhere);

    /// <summary>The client has met an owner of which this proxy has not heard: the one that it knows would answer with what was before.</summary>
    private async Task<ModuleState> NewerAsync(HttpContext context, string module)
    {
        try
        {
            await refresh.RefreshAsync(module, context.RequestAborted);
        }
        catch (Exception error) when (!context.RequestAborted.IsCancellationRequested)
        {
            // A look that fails has taught nothing.
            telemetry.OwnerNotLearnt(error, module);
        }

        return states.Of(module);
    }
}
