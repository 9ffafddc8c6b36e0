namespace Docs.Tests.Commands;

/// <summary>Where and how the commands of a session run.</summary>
/// <param name="Directory">Where a terminal opens.</param>
/// <param name="Scripts">A directory outside it for the blocks as they are typed.</param>
/// <param name="Environment">All variables of the terminals.</param>
/// <param name="Log">Gets everything that is typed and seen.</param>
internal sealed record SessionSettings(
    string Directory,
    string Scripts,
    IReadOnlyDictionary<string, string> Environment,
    SessionLog Log
)
{
    /// <summary>What is typed in place of a page's commands.</summary>
    public Func<string, string> ToTyped { get; init; } = static text => text;

    /// <summary>What a page would show in place of what is seen.</summary>
    public Func<string, string> FromSeen { get; init; } = static text => text;

    /// <summary>How long a block may run, or take to show what is expected. The longest are builds of everything.</summary>
    public TimeSpan Limit { get; init; } = TimeSpan.FromMinutes(10);
}
