using Strangler.Evidence;
using Strangler.Mirroring;
using Strangler.Mirroring.Comparison;
using Strangler.Plan;

namespace Strangler.Cli.Rehearse.Clients;

/// <summary>One address that visitors ask for, and what the legacy answered there before anything moved.</summary>
/// <param name="Request">The request.</param>
/// <param name="Status">The status that is expected; null for the one that the legacy gave.</param>
/// <param name="Changes">True when the answer shows what clients write: then only its status is checked.</param>
/// <param name="Rules">In what the plan lets answers of this endpoint differ.</param>
internal sealed record ReadTarget(LoadRequest Request, int? Status, bool Changes, CompareRules Rules)
{
    private MirrorAnswer? _reference;
    private NoiseProfile? _noise;

    /// <summary>
    /// Asks the legacy several times, through the proxy: what it answers differently by itself, or to somebody who comes again, is no difference later.
    /// </summary>
    /// <returns>What is wrong with it already; null when nothing is.</returns>
    public async Task<Finding?> LearnAsync(LoadSender proxy)
    {
        var visitor = new CookieJar();
        var first = await proxy.SendAsync(Request, visitor);
        if (StatusProblem(first) is { } problem) return problem;
        _reference = WithoutCookies(first.Answer!);
        var own = new List<Difference>();
        foreach (var jar in new[] { new CookieJar(), visitor })
        {
            var again = await proxy.SendAsync(Request, jar);
            if (StatusProblem(again) is { } late) return late;
            own.AddRange(AnswerComparer.Compare(_reference, WithoutCookies(again.Answer!), Rules).Differences);
        }

        _noise = new NoiseProfile(own.Select(static d => (d.Pattern, d.Kind)));
        return null;
    }

    /// <returns>A status other than the expected one, or no answer; null when the status is right.</returns>
    public Finding? StatusProblem(LoadAnswer answer)
    {
        if (answer.Answer is null) return new Finding(Request.Endpoint, Request.ToString(), $"no answer: {answer.Error}");
        var expected = Status ?? _reference?.Status;
        return expected is null || answer.Status == expected ? null : new Finding(Request.Endpoint, Request.ToString(), $"answered {answer.Status}, expected {expected}");
    }

    /// <returns>The first place in which an answer differs from the legacy's first one; null when none does.</returns>
    public Finding? Difference(LoadAnswer answer)
    {
        if (Changes || _reference is null) return null;
        var found = AnswerComparer.Compare(_reference, WithoutCookies(answer.Answer!), Rules, _noise);
        if (found.Class != ComparisonClass.Mismatch) return null;
        var first = found.Differences[0];
        return new Finding(
            Request.Endpoint, Request.ToString(), $"{first.Path}: {first.Legacy ?? "(not there)"} before the migration, {first.Service ?? "(not there)"} now");
    }

    // The proxy's own cookies come and go with the stages.
    private static MirrorAnswer WithoutCookies(MirrorAnswer answer) =>
        answer with { Headers = [.. answer.Headers.Where(static h => !h.Key.Equals("Set-Cookie", StringComparison.OrdinalIgnoreCase))] };
}
