using Strangler.Decision;
using Strangler.Stages;

namespace Strangler.Admin;

/// <summary>Makes the tokens with which testers choose the side that answers their reads.</summary>
internal sealed class SideTokens(SideToken tokens, TimeProvider time)
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(31);

    public object Make(SideTokenBody? body)
    {
        if (!Enum.TryParse<Side>(body?.Side, ignoreCase: true, out var side) || int.TryParse(body!.Side, out _)) throw new StageRequestException($"There is no side '{body?.Side}'. Name 'legacy' or 'service'.");
        var seconds = body.Seconds ?? 3600;
        if (seconds < 1 || seconds > Longest.TotalSeconds) throw new StageRequestException($"{seconds} seconds are out of range: from 1 to {Longest.TotalSeconds:0} (31 days).");
        var until = time.GetUtcNow().AddSeconds(seconds);
        return new { header = SideToken.Header, value = tokens.Make(side, until), side = side.ToString().ToLowerInvariant(), until };
    }
}
