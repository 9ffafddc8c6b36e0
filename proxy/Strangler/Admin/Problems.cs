using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Strangler.Stages;
using Strangler.Stages.Sides;
using Strangler.Stages.Store;
using Strangler.Stages.Switching;

namespace Strangler.Admin;

/// <summary>Turns what can go wrong into problem documents that say how to fix it.</summary>
internal static partial class Problems
{
    public static IResult Of(int status, string title, string mend) =>
        Results.Problem(title: title, statusCode: status, extensions: new Dictionary<string, object?> { ["mend"] = mend });

    /// <summary>The edge of the admin API: every exception becomes an answer here.</summary>
    public static async ValueTask<object?> MapAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next, ILogger log)
    {
        try
        {
            return await next(context).ConfigureAwait(false);
        }
        catch (StageRequestException error)
        {
            return Of(StatusCodes.Status400BadRequest, error.Message, "Change the request accordingly.");
        }
        catch (BadHttpRequestException error)
        {
            return Of(error.StatusCode, error.Message, "Send the fields that the command names.");
        }
        catch (UnknownModuleException error)
        {
            return Of(StatusCodes.Status404NotFound, error.Message, "Use one of the modules of the plan.");
        }
        catch (ModuleBusyException error)
        {
            return Of(StatusCodes.Status409Conflict, error.Message, "'strangler status' shows what is under way.");
        }
        catch (StateConflictException error)
        {
            return Of(StatusCodes.Status409Conflict, error.Message, "Look at 'strangler status', then try again.");
        }
        catch (SwitchAbortedException error)
        {
            return Of(StatusCodes.Status502BadGateway, error.Message, "Fix what it names and try again; nothing has been lost.");
        }
        catch (SwitchUnfinishedException error)
        {
            return Of(StatusCodes.Status503ServiceUnavailable, error.Message, $"{Hint(error)} The switch ends by itself then.");
        }
        catch (SideException error)
        {
            return Of(StatusCodes.Status502BadGateway, error.Message, SideHint.Of(error));
        }
        catch (OperationCanceledException) when (!context.HttpContext.RequestAborted.IsCancellationRequested)
        {
            return Of(StatusCodes.Status503ServiceUnavailable, "Another proxy has taken over the operation, or this one is stopping.", "Look at 'strangler status' once it answers.");
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            CallFailed(log, context.HttpContext.Request.Path, error);
            return Of(StatusCodes.Status500InternalServerError, $"The call failed: {error.Message}", "The proxy's log has the details.");
        }
    }

    private static string Hint(SwitchUnfinishedException error) => error.InnerException is SideException side ? SideHint.Of(side) : "'strangler status' shows what it waits for.";

    [LoggerMessage(2300, LogLevel.Error, "The admin call {Path} failed.")]
    private static partial void CallFailed(ILogger log, string path, Exception error);
}
