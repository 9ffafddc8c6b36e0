using Microsoft.AspNetCore.Http;
using Strangler.Evidence.Sampling;
using Yarp.ReverseProxy.Forwarder;

namespace Strangler.Forwarding;

/// <summary>How an attempt ended, read from what YARP and the transformer left behind.</summary>
internal static class Outcome
{
    /// <summary>The refusal that the last attempt ended with. None once an answer is on its way, which spares most requests the look-up.</summary>
    public static Refusal? RefusalOf(HttpContext context) => context.Response.HasStarted ? null : context.Features.Get<Refusal>();

    /// <summary>True when no upstream's answer has been passed on, so that the proxy has to answer itself.</summary>
    public static bool IsOfTheProxy(HttpContext context) =>
        !context.Response.HasStarted && context.Response.StatusCode != StatusCodes.Status200OK
        && (context.Features.Get<IForwarderErrorFeature>() is not null || context.Features.Get<Refusal>() is not null);

    public static bool IsUnavailable(HttpContext context) =>
        !context.Response.HasStarted && !context.RequestAborted.IsCancellationRequested
        && (context.Features.Get<Refusal>() is { Kind: RefusalKind.Unavailable }
            || context.Features.Get<IForwarderErrorFeature>() is { Error: ForwarderError.Request or ForwarderError.RequestTimedOut or ForwarderError.NoAvailableDestinations or ForwarderError.ResponseBodyDestination });

    /// <summary>True when the request cannot have reached an upstream: no connection came about.</summary>
    public static bool NeverSent(HttpContext context) => !context.Response.HasStarted && context.Features.Get<IForwarderErrorFeature>() is { } error
        && (error.Error == ForwarderError.NoAvailableDestinations
            || (error.Error is ForwarderError.Request && Causes(error.Exception).OfType<HttpRequestException>().Any(static cause =>
                cause.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError)));

    /// <summary>True when the request was sent and the connection broke before an answer: whether it took effect is unknown.</summary>
    public static bool IsUnknown(HttpContext context) => !context.Response.HasStarted
        && context.Features.Get<IForwarderErrorFeature>() is { Error: ForwarderError.Request or ForwarderError.RequestBodyDestination or ForwarderError.RequestTimedOut };

    /// <summary>Tells the sample how the attempt ended.</summary>
    public static void Tell(HttpContext context, Sample sample)
    {
        if (ReferenceEquals(sample, Sample.None)) return;
        // That it is no read after all says nothing about how the side answers reads.
        if (RefusalOf(context) is { Kind: RefusalKind.NotOwner }) return;
        // Who has left did not see a failure, but waited at least so long.
        if (context.RequestAborted.IsCancellationRequested) sample.Answered();
        else if (context.Features.Get<IForwarderErrorFeature>() is not null || context.Features.Get<Refusal>() is not null || context.Response.StatusCode >= 500) sample.Failed();
        else sample.Answered();
    }

    /// <summary>Makes room for another attempt.</summary>
    public static void Clear(HttpContext context)
    {
        context.Features.Set<Refusal>(null);
        context.Features.Set<IForwarderErrorFeature>(null);
        Answer.Reset(context);
    }

    /// <summary>Writes the proxy's own answer to a request that no upstream has answered.</summary>
    public static Task AnswerAsync(HttpContext context)
    {
        if (context.RequestAborted.IsCancellationRequested) return Task.CompletedTask;
        var status = context.Features.Get<Refusal>() switch
        {
            { Kind: RefusalKind.UnaskedUpgrade } => StatusCodes.Status502BadGateway,
            { Kind: RefusalKind.NotOwner } => StatusCodes.Status503ServiceUnavailable,
            _ => context.Response.StatusCode,
        };
        return Answer.WriteAsync(context, status, status == StatusCodes.Status503ServiceUnavailable ? 1 : null);
    }

    private static IEnumerable<Exception> Causes(Exception? error)
    {
        for (; error is not null; error = error.InnerException) yield return error;
    }
}
