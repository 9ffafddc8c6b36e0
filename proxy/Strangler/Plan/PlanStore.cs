using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Strangler.Plan;

/// <summary>The plan in force. A wrong plan at the start is an exception; a wrong reload is logged and the last good one stays.</summary>
public sealed partial class PlanStore : IDisposable
{
    private readonly string _file;
    private readonly ILogger<PlanStore> _logger;
    private readonly SemaphoreSlim _reloading = new(1, 1);
    private volatile PlanSnapshot _current;

    /// <summary>Reads the plan that <see cref="StranglerOptions.Plan"/> names.</summary>
    /// <exception cref="PlanException">The plan is wrong.</exception>
    public PlanStore(IOptions<StranglerOptions> options, ILogger<PlanStore> logger)
    {
        ArgumentNullException.ThrowIfNull(options);
        _file = Path.GetFullPath(options.Value.Plan);
        _logger = logger;
        Read = Stamp();
        var read = PlanReader.Read(_file);
        _current = read.Snapshot ?? throw new PlanException(_file, read.Errors);
    }

    /// <summary>Raised after another plan has come into force, on the thread that loaded it.</summary>
    public event Action<PlanSnapshot>? Changed;

    /// <summary>The plan in force.</summary>
    public PlanSnapshot Current => _current;

    /// <summary>The plan's file.</summary>
    public string File => _file;

    /// <summary>Reads the file again and takes the plan over when it is right.</summary>
    /// <returns>What was read; with errors, the last good plan stays in force.</returns>
    public async Task<PlanValidation> ReloadAsync(CancellationToken cancellation = default)
    {
        await _reloading.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            Read = Stamp();
            var read = PlanReader.Read(_file);
            if (read.Snapshot is null)
            {
                LogKept(_file, read.Errors.Count);
                foreach (var error in read.Errors) LogError(error.Where, error.What, error.Mend);
            }
            else if (read.Snapshot.Version != _current.Version)
            {
                _current = read.Snapshot;
                LogReloaded(_file, read.Snapshot.Version, read.Snapshot.Modules.Count);
                Changed?.Invoke(read.Snapshot);
            }

            return read;
        }
        finally
        {
            _reloading.Release();
        }
    }

    /// <summary>The state of the file just before it was last read, so that no change in between is missed.</summary>
    internal (DateTime, long) Read { get; private set; }

    /// <summary>The state of the file now; a link is followed, as mounted files are replaced by turning it.</summary>
    internal (DateTime, long) Stamp()
    {
        var info = new FileInfo(_file);
        var target = info.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? info;
        return target.Exists ? (target.LastWriteTimeUtc, target.Length) : default;
    }

    /// <inheritdoc/>
    public void Dispose() => _reloading.Dispose();

    [LoggerMessage(1000, LogLevel.Information, "Plan {File} reloaded: version {Version}, {Modules} module(s)")]
    private partial void LogReloaded(string file, string version, int modules);

    [LoggerMessage(1001, LogLevel.Error, "Plan {File} has {Count} error(s); the last good plan stays in force")]
    private partial void LogKept(string file, int count);

    [LoggerMessage(1002, LogLevel.Error, "Plan error at {Where}: {What} {Fix}")]
    private partial void LogError(string where, string what, string fix);
}
