using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Strangler.Stages;

namespace Strangler.Admin;

/// <summary>Lets nobody in without the admin key.</summary>
internal sealed class AdminKeyFilter(StranglerKeys keys) : IEndpointFilter
{
    private const string Header = "Strangler-Key";

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        if (keys.Admin is null)
        {
            return Problems.Of(StatusCodes.Status503ServiceUnavailable, "No admin key is set.", "Set Strangler:AdminKey or Strangler:AdminKeyFile and start the proxy again.");
        }

        // Hashes have one length, so that the time of the comparison says nothing about the key, not even how long it is.
        var shown = SHA256.HashData(Encoding.UTF8.GetBytes(context.HttpContext.Request.Headers[Header].ToString()));
        if (!CryptographicOperations.FixedTimeEquals(shown, SHA256.HashData(Encoding.UTF8.GetBytes(keys.Admin))))
        {
            return Problems.Of(StatusCodes.Status401Unauthorized, "The admin key is missing or wrong.", $"Send it in the header {Header}; 'strangler up' keeps it in admin.key in its data directory, which commands take with --data DIR.");
        }

        return await next(context).ConfigureAwait(false);
    }
}
