using System.Data.Common;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Sync.Databases;

namespace Sync.Ownership;

/// <summary>Lets in who has the key, and turns what goes wrong into ProblemDetails.</summary>
internal sealed partial class EndpointGuard(ILogger<EndpointGuard> logger) : IEndpointFilter
{
    /// <summary>Checks the key around the whole endpoint: nothing that a stranger sends is read.</summary>
    public static RequestDelegate BehindKey(RequestDelegate endpoint) => async http =>
    {
        var key = http.RequestServices.GetRequiredService<IOptions<SyncOptions>>().Value.Key;
        if (string.IsNullOrEmpty(key))
            await Problem(StatusCodes.Status503ServiceUnavailable, "No key is set", "Set Sync:Key (environment variable Sync__Key) to the secret that both sides and the proxy share.").ExecuteAsync(http);
        else if (!HasKey(http, key))
            await Problem(StatusCodes.Status401Unauthorized, "Wrong key", $"The header {SyncHeaders.Key} is missing or does not hold the shared secret.").ExecuteAsync(http);
        else
            await endpoint(http);
    };

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        try
        {
            return await next(context);
        }
        catch (OwnershipConflictException error)
        {
            return Problem(StatusCodes.Status409Conflict, "Conflict", error.Message);
        }
        catch (KeyNotFoundException error)
        {
            return Problem(StatusCodes.Status404NotFound, "Unknown", error.Message);
        }
        catch (BadHttpRequestException error)
        {
            return Problem(error.StatusCode, "Bad request", error.Message);
        }
        catch (Exception error) when (error is JsonException or FormatException)
        {
            return Problem(StatusCodes.Status400BadRequest, "Bad request", error.Message);
        }
        catch (LockTimeoutException error)
        {
            LogDatabase(logger, http.Request.Path, error);
            return Problem(StatusCodes.Status503ServiceUnavailable, "A transaction is in the way", error.Message);
        }
        catch (DbException error)
        {
            LogDatabase(logger, http.Request.Path, error);
            return Problem(StatusCodes.Status503ServiceUnavailable, "The database could not work", error.Message);
        }
    }

    /// <summary>True when the request carries the key. How long it takes to say no tells nothing of it.</summary>
    public static bool HasKey(HttpContext http, string? key) => !string.IsNullOrEmpty(key)
        && CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(http.Request.Headers[SyncHeaders.Key].ToString())), SHA256.HashData(Encoding.UTF8.GetBytes(key)));

    private static IResult Problem(int status, string title, string detail) => Results.Problem(detail, statusCode: status, title: title);

    [LoggerMessage(3601, LogLevel.Error, "{Path} failed in the database; nothing was changed.")]
    private static partial void LogDatabase(ILogger logger, PathString path, Exception error);
}
