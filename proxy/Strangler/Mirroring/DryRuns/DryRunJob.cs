using Microsoft.Extensions.Primitives;
using Strangler.Evidence;
using Strangler.Forwarding;
using Strangler.Plan;

namespace Strangler.Mirroring.DryRuns;

/// <summary>A write that is on its way to the owner and that the copy shall run dry beside it.</summary>
internal sealed class DryRunJob(
    PlannedRoute route, string method, string target, IReadOnlyList<KeyValuePair<string, StringValues>> headers, ReadOnlyMemory<byte>? body, DateTimeOffset at, PlanLimits limits)
{
    private readonly TaskCompletionSource<OwnerAnswer?> _owner = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public PlannedRoute Route => route;

    public string Method => method;

    public string Target => target;

    public IReadOnlyList<KeyValuePair<string, StringValues>> Headers => headers;

    /// <summary>Null when the request has none.</summary>
    public ReadOnlyMemory<byte>? Body => body;

    public DateTimeOffset At => at;

    /// <summary>What the client calls the site.</summary>
    public IReadOnlyList<string> Origins { get; init; } = [];

    public PlanLimits Limits => limits;

    /// <summary>What the owner has answered; null when the client got no answer of the owner's, and there is nothing to compare.</summary>
    public Task<OwnerAnswer?> Owner => _owner.Task;

    /// <returns>False when nobody waits for it any longer: what it holds of the budget is still the caller's.</returns>
    public bool Answered(OwnerAnswer? answer) => _owner.TrySetResult(answer);
}

/// <summary>The owner's answer to the write itself.</summary>
/// <param name="Answer">Null when it was not kept.</param>
/// <param name="NotKept">Why it was not kept.</param>
/// <param name="Changes">What it says that it has changed.</param>
internal sealed record OwnerAnswer(MirrorAnswer? Answer, ComparisonClass NotKept, ChangeReport Changes);

/// <summary>The answer of a dry run.</summary>
internal sealed record DryRunAnswer(MirrorAnswer Answer, ChangeReport Changes, AppliedMark? Began);
