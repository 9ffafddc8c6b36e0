using Legacy.Web.Session;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Legacy.Host;

/// <summary>The OpenAPI document: what there is under <c>/api</c>, and which of it asks for credentials.</summary>
internal static class ApiDescription
{
    private const string Key = "apiKey";
    private const string Session = "session";

    public static IServiceCollection AddApiDescription(this IServiceCollection services, string title) =>
        services.AddOpenApi("v1", options =>
        {
            options.ShouldInclude = api => api.RelativePath?.StartsWith("api/", StringComparison.Ordinal) is true;
            options.AddDocumentTransformer((document, _, _) =>
            {
                document.Info.Title = title;
                document.AddComponent(Key, Credential(ParameterLocation.Header, ApiWrites.Header, "The key of a program."));
                document.AddComponent(Session, Credential(ParameterLocation.Cookie, SessionServices.Cookie, "The session of a member of staff."));
                return Task.CompletedTask;
            });
            options.AddOperationTransformer(RequireCredentialsAsync);
        });

    private static Task RequireCredentialsAsync(
        OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var policies = context.Description.ActionDescriptor.EndpointMetadata.OfType<IAuthorizeData>();
        if (!policies.Any(static one => one.Policy == ApiWrites.Policy)) return Task.CompletedTask;

        // Two requirements with one scheme each: either will do.
        operation.Security = [Requirement(Key, context.Document), Requirement(Session, context.Document)];
        return Task.CompletedTask;
    }

    private static OpenApiSecurityRequirement Requirement(string scheme, OpenApiDocument? document) =>
        new() { [new OpenApiSecuritySchemeReference(scheme, document)] = [] };

    private static OpenApiSecurityScheme Credential(ParameterLocation location, string name, string description) =>
        new() { Type = SecuritySchemeType.ApiKey, In = location, Name = name, Description = description };
}
