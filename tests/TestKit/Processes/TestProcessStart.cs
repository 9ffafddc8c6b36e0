namespace TestKit.Processes;

/// <summary>How to start a program of the repository.</summary>
/// <param name="Project">The project's directory relative to the repository's top, or a built assembly.</param>
public sealed record TestProcessStart(string Project)
{
    public string Name { get; init; } = Path.GetFileNameWithoutExtension(Project);

    public IReadOnlyList<string> Arguments { get; init; } = [];

    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    public string? WorkingDirectory { get; init; }

    /// <summary>The base URL it will listen on, passed as <c>--urls</c> unless <see cref="PassUrl"/> is false; null takes a free port.</summary>
    public Uri? Url { get; init; }

    public bool PassUrl { get; init; } = true;

    /// <summary>What answers 200 when it is ready, against the URL or absolute; null: do not wait.</summary>
    public string? Health { get; init; } = "/healthz";

    /// <summary>A file that gets every line of both streams, over all starts; null for none.</summary>
    public string? Log { get; init; }

    /// <summary>A process that cannot start ends, and is seen to; one that takes long shares its machine with others.</summary>
    public TimeSpan ReadyLimit { get; init; } = TimeSpan.FromMinutes(4);
}
