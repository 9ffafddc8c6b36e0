using System.Globalization;
using Microsoft.AspNetCore.Http;
using Strangler.Stages;

namespace Strangler.Decision;

/// <summary>
/// Lets a tester choose the side that answers its reads: the header <c>Strangler-Side</c> with a token that the operator has signed, <c>side;expiry.signature</c>,
/// the expiry in Unix seconds. A token that is expired or not the proxy's own changes nothing. Writes go to their owner whatever it says.
/// </summary>
internal sealed class SideToken(CookieSigner signer, StranglerTelemetry telemetry, TimeProvider time)
{
    public const string Header = "Strangler-Side";

    public string Make(Side side, DateTimeOffset until) =>
        signer.Sign(Header, string.Create(CultureInfo.InvariantCulture, $"{side.ToString().ToLowerInvariant()};{until.ToUnixTimeSeconds()}"));

    /// <summary>The side that the request asks for; null without a token that counts.</summary>
    public Side? Of(HttpContext context, Stage stage)
    {
        // Where one side only has the data, there is nothing to choose.
        if (stage is < Stage.Shadow or Stage.Retired || !context.Request.Headers.TryGetValue(Header, out var shown)) return null;
        var side = Read(shown.ToString());
        telemetry.SideAsked(side is not null);
        return side;
    }

    private Side? Read(string token)
    {
        if (signer.Read(Header, token) is not { } value || value.Split(';') is not [var name, var until]) return null;
        if (!long.TryParse(until, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) || time.GetUtcNow().ToUnixTimeSeconds() >= seconds) return null;
        return name switch { "legacy" => Side.Legacy, "service" => Side.Service, _ => null };
    }
}
