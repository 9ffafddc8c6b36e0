using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Legacy.Web.Http;

/// <summary>The shop's errors as ProblemDetails; <c>type</c> is a stable name that programs may switch on.</summary>
public static class Problems
{
    public static IResult Unauthorized() => Make(
        StatusCodes.Status401Unauthorized, "unauthorized", "Unauthorized",
        "Sign in as staff, or send a valid key in the header X-Api-Key.");

    public static IResult Forbidden() => Make(
        StatusCodes.Status403Forbidden, "forbidden", "Forbidden",
        "Only staff, and programs with a key in the header X-Api-Key, may do this.");

    public static IResult NotFound(string what) =>
        Make(StatusCodes.Status404NotFound, "not-found", "Not found", $"There is no such {what}.");

    public static IResult Conflict(string type, string detail) =>
        Make(StatusCodes.Status409Conflict, type, "Conflict", detail);

    public static IResult Changed(string what) =>
        Make(StatusCodes.Status412PreconditionFailed, "changed", "Precondition failed", $"The {what} has changed since it was read.");

    public static IResult Unprocessable(string type, string detail) =>
        Make(StatusCodes.Status422UnprocessableEntity, type, "Unprocessable", detail);

    public static IResult Gone(string module) =>
        Make(StatusCodes.Status410Gone, "retired", "Gone", $"The module {module} does not answer here any more.");

    public static IResult Invalid(IDictionary<string, string[]> errors) =>
        TypedResults.Problem(new HttpValidationProblemDetails(errors)
        {
            Status = StatusCodes.Status400BadRequest,
            Type = "urn:shop:invalid",
            Title = "The request is not valid",
        });

    /// <summary>Leaves out what names the process or the request: the same error gives the same answer, wherever it is made.</summary>
    public static void Trim(ProblemDetailsContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        context.ProblemDetails.Extensions.Remove("traceId");
    }

    private static ProblemHttpResult Make(int status, string type, string title, string detail) =>
        TypedResults.Problem(new ProblemDetails { Status = status, Type = $"urn:shop:{type}", Title = title, Detail = detail });
}
