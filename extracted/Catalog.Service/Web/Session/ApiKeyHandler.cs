using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using Catalog.Service.Web.Http;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace Catalog.Service.Web.Session;

/// <summary>Knows a program by the key that it sends, and answers a caller without credentials in JSON.</summary>
internal sealed class ApiKeyHandler(IOptionsMonitor<ApiKeyOptions> options, ILoggerFactory logger, UrlEncoder encoder)
    : AuthenticationHandler<ApiKeyOptions>(options, logger, encoder)
{
    public const string SchemeName = "ApiKey";
    public const string ClientRole = "api-client";

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var sent = Request.Headers[ApiWrites.Header];
        if (sent.Count == 0) return Task.FromResult(AuthenticateResult.NoResult());
        if (ClientOf(sent.ToString()) is not { } client) return Task.FromResult(AuthenticateResult.Fail("The key is not known."));

        var identity = new ClaimsIdentity([new Claim(ClaimTypes.Name, client), new Claim(ClaimTypes.Role, ClientRole)], SchemeName);
        return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), SchemeName)));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.Headers.WWWAuthenticate = $"{SchemeName} realm=\"shop\"";
        return Problems.Unauthorized().ExecuteAsync(Context);
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) => Problems.Forbidden().ExecuteAsync(Context);

    private string? ClientOf(string sent)
    {
        var hash = Hash(sent);
        string? found = null;
        // All keys are compared, each in constant time: the time taken gives away neither a key nor whose it is.
        foreach (var (client, key) in Options.Keys)
        {
            if (CryptographicOperations.FixedTimeEquals(hash, Hash(key))) found = client;
        }

        return found;
    }

    private static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
}
