using TestKit;
using TestKit.Processes;

namespace Docs.Tests.Commands;

/// <summary>A directory of its own for the commands of pages. What they have started is ended with it.</summary>
internal sealed class Session : IAsyncDisposable
{
    private const string Marker = "DOCS_TESTS_SESSION";
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(30);
    private readonly TemporaryDirectory _directory = new();
    private readonly string _id = Guid.NewGuid().ToString("N");

    public Session(string logFile, PortOffset? offset = null)
    {
        Directory.CreateDirectory(Work);
        var environment = SessionEnvironment.Build(_directory.File("home"));
        environment[Marker] = _id;
        // A compiler server of its own ends with the session, and nobody else's build is disturbed.
        environment["SharedCompilationId"] = _id[..8];
        if (offset is not null)
        {
            environment["STRANGLER_PORT_OFFSET"] = $"{offset.Number}";
        }

        Settings = new SessionSettings(Work, _directory.File("typed"), environment, new SessionLog(logFile))
        {
            ToTyped = offset is null ? static text => text : offset.ToTyped,
            FromSeen = text => ToHome(offset is null ? text : offset.FromSeen(text)),
        };
    }

    public SessionSettings Settings { get; init; }

    /// <summary>Where the terminals open.</summary>
    public string Work => _directory.File("strangler");

    public async Task RunAsync(Script script)
    {
        await using var runner = new ScriptRunner(Settings);
        await runner.RunAsync(script);
    }

    public async ValueTask DisposeAsync()
    {
        Send(ProcessSignal.Terminate);
        try
        {
            await Eventually.TrueAsync(() => Running().Count == 0, EndLimit);
        }
        catch (TimeoutException)
        {
            Send(ProcessSignal.Kill);
        }

        _directory.Dispose();
    }

    private IReadOnlyList<int> Running() => ProcessTable.WithVariable(Marker, _id);

    private void Send(ProcessSignal signal)
    {
        foreach (var id in Running())
        {
            ProcessTable.Send(id, signal);
        }
    }

    // A page cannot know where its reader's clone is.
    private string ToHome(string text) => text.Replace(_directory.Path + "/", "~/", StringComparison.Ordinal);
}
