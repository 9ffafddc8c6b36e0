using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Http;
using Strangler.Stages;

namespace Strangler.Forwarding;

/// <summary>Why an upstream's answer is not shown to the client.</summary>
internal enum RefusalKind
{
    /// <summary>The side is not the owner and has written nothing.</summary>
    NotOwner,

    /// <summary>The service cannot answer a read for which the legacy can stand in.</summary>
    Unavailable,

    /// <summary>The upstream switched protocols without being asked to.</summary>
    UnaskedUpgrade,
}

/// <summary>An upstream's answer that is not shown to the client.</summary>
internal sealed record Refusal(RefusalKind Kind, Side By, string Module, long Epoch)
{
    public static Refusal? Of(HttpContext context, HttpResponseMessage answer, Side by)
    {
        switch (answer.StatusCode)
        {
            case HttpStatusCode.SwitchingProtocols when !answer.RequestMessage!.Headers.NonValidated.Contains("Upgrade"):
                return new Refusal(RefusalKind.UnaskedUpgrade, by, "", 0);
            case HttpStatusCode.MisdirectedRequest when answer.Headers.NonValidated.TryGetValues(InternalHeader.NotOwner, out var values):
                var parts = values.ToString().Split(';', StringSplitOptions.TrimEntries);
                var epoch = parts.Length > 1 && long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
                return new Refusal(RefusalKind.NotOwner, by, parts[0], epoch);
            case HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout when context.Features.Get<LegacyStandsIn>() is not null:
                return new Refusal(RefusalKind.Unavailable, by, "", 0);
            default:
                return null;
        }
    }
}

/// <summary>Marks a request whose answer the legacy can give when the service cannot.</summary>
internal sealed class LegacyStandsIn
{
    public static LegacyStandsIn Instance { get; } = new();
}
