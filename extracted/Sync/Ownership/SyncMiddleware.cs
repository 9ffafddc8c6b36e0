using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;
using Sync.Capture;
using Sync.Delivery;
using Sync.DryRuns;

namespace Sync.Ownership;

/// <summary>What a request sees of sync: 410 of a retired module, 421 of a side that may not write, the position of what it wrote.</summary>
internal sealed class SyncMiddleware(RequestDelegate next, OwnershipStore ownerships, SyncSignals signals, DryRunRequests dryRuns, IOptions<SyncOptions> options)
{
    public async Task InvokeAsync(HttpContext context)
    {
        if (DryRunRequests.IsAsked(context))
        {
            await dryRuns.RunAsync(context, next);
            return;
        }

        foreach (var mark in context.GetEndpoint()?.Metadata.GetOrderedMetadata<SyncModuleAttribute>() ?? [])
        {
            if (ownerships.LastSeen(mark.Module) is not { State: OwnerState.Retired }) continue;
            await AnswerAsync(context, StatusCodes.Status410Gone, "Retired", $"Module '{mark.Module}' has moved for good; this side no longer serves it.");
            return;
        }

        if (context.Request.Headers.ContainsKey(SyncHeaders.Changes) && EndpointGuard.HasKey(context, options.Value.Key)) RequestPositions.KeepChanges(context);
        context.Response.OnStarting(static state =>
        {
            RequestPositions.WriteHeader((HttpContext)state);
            return Task.CompletedTask;
        }, context);
        try
        {
            await next(context);
        }
        catch (NotOwnerException refused) when (!context.Response.HasStarted && RequestPositions.HasCommitted(context))
        {
            // Sent to the owner, the request would repeat what is already done here.
            context.Response.Clear();
            await AnswerAsync(context, StatusCodes.Status503ServiceUnavailable, "Partly done", $"An earlier part of this request is committed, but module '{refused.Module}' is no longer written on this side.");
        }
        catch (NotOwnerException refused) when (!context.Response.HasStarted)
        {
            context.Response.Clear();
            context.Response.Headers[SyncHeaders.NotOwner] = string.Create(CultureInfo.InvariantCulture, $"{refused.Module};{refused.Epoch};{refused.State.ToString().ToLowerInvariant()}");
            await AnswerAsync(context, StatusCodes.Status421MisdirectedRequest, "Not the owner", refused.Message);
        }

        // A transaction that the host committed without EF Core told nobody.
        foreach (var module in RequestPositions.ModulesOf(context)) signals.Written(module).Give();
    }

    private static Task AnswerAsync(HttpContext context, int status, string title, string detail)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsJsonAsync(new ProblemDetails { Status = status, Title = title, Detail = detail }, options: null, contentType: "application/problem+json", context.RequestAborted);
    }
}
