using System.ComponentModel.DataAnnotations;

namespace Sync;

/// <summary>The settings of the <c>Sync</c> section.</summary>
public sealed class SyncOptions
{
    /// <summary>Which side of the migration this process is: <c>legacy</c> or <c>service</c>.</summary>
    [Required, RegularExpression("legacy|service", ErrorMessage = "Sync:Side must be 'legacy' or 'service'.")]
    public string Side { get; set; } = "";

    /// <summary>The secret that both sides and the proxy share. Without it the endpoints under <c>/_sync</c> answer 503.</summary>
    public string? Key { get; set; }

    /// <summary>The base address of the other side, by module.</summary>
    public Dictionary<string, Uri> Peers { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Further receivers of a module's changes, by module and name: services that keep a copy but never own the data.</summary>
    public Dictionary<string, Dictionary<string, Uri>> Subscribers { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>What carries the changes: <c>Http</c>, or the name of a channel that the host has added.</summary>
    /// <value>Defaults to <c>Http</c>.</value>
    public string Channel { get; set; } = SyncChannel.Http;

    /// <summary>Also publishes each change as an event to whoever has subscribed. The channel must be able to.</summary>
    public bool Publish { get; set; }

    /// <summary>The most changes sent in one request.</summary>
    /// <value>Defaults to 1,000.</value>
    [Range(1, 10_000)]
    public int BatchSize { get; set; } = 1_000;

    /// <summary>How often the relay looks for changes that nobody announced, such as those of another process.</summary>
    /// <value>Defaults to 1 s.</value>
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a receiver may take for one batch.</summary>
    /// <value>Defaults to 30 s.</value>
    public TimeSpan SendTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long an answer may take over a channel that brings answers later. The change is sent again then, which does no harm. Up to ten times as long while a receiver
    /// is so slow that three times the usual age of what it acknowledges is more.
    /// </summary>
    /// <value>Defaults to 30 s.</value>
    public TimeSpan AcknowledgeTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The most changes of one receiver that are on their way at a time over a channel that brings answers later.</summary>
    /// <value>Defaults to 2,000.</value>
    [Range(1, 100_000)]
    public int MaximumOnTheirWay { get; set; } = 2_000;

    /// <summary>How long one instance keeps the relay of a receiver to itself without renewing.</summary>
    /// <value>Defaults to 5 s: after a crash, the next start sends nothing for that long. A call that takes longer may be repeated by another instance, which does no harm.</value>
    public TimeSpan LeaseDuration { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>After how many refusals a change is parked.</summary>
    /// <value>Defaults to 10.</value>
    [Range(1, 1_000)]
    public int MaximumAttempts { get; set; } = 10;

    /// <summary>The wait after the first refusal or failure; it doubles each time up to <see cref="MaximumBackoff"/>.</summary>
    /// <value>Defaults to 100 ms.</value>
    public TimeSpan InitialBackoff { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The longest wait between two attempts.</summary>
    /// <value>Defaults to 30 s.</value>
    public TimeSpan MaximumBackoff { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The largest request body that the inbox accepts, in bytes.</summary>
    /// <value>Defaults to 32 MiB.</value>
    [Range(1_024, 1_073_741_824)]
    public long MaximumBodyBytes { get; set; } = 32 * 1024 * 1024;

    /// <summary>How many rows the backfill sends in one request.</summary>
    /// <value>Defaults to 2,000.</value>
    [Range(1, 20_000)]
    public int BackfillChunk { get; set; } = 2_000;

    /// <summary>The most rows a second that the backfill sends; 0 for as many as go.</summary>
    [Range(0, int.MaxValue)]
    public int BackfillRowsPerSecond { get; set; }

    /// <summary>How long a backfill waits for the other side or a database that is away, without any headway, before it fails; it can be resumed then.</summary>
    /// <value>Defaults to 10 minutes.</value>
    public TimeSpan BackfillPatience { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>How many rows one checksum of the reconcile covers.</summary>
    /// <value>Defaults to 5,000.</value>
    [Range(1, 100_000)]
    public int ReconcileChunk { get; set; } = 5_000;

    /// <summary>How long a step of a switch waits for the transactions under way. Later writers wait for it meanwhile; when it is over, the step fails and they go on.</summary>
    /// <value>Defaults to 3 s.</value>
    public TimeSpan FenceTimeout { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>How long tombstones of deleted rows are kept, so that a late message does not bring the row back.</summary>
    /// <value>Defaults to 7 days.</value>
    public TimeSpan TombstoneRetention { get; set; } = TimeSpan.FromDays(7);

    /// <summary>Writes that are asked of this side only to see what it would do.</summary>
    public DryRunOptions DryRun { get; } = new();

    /// <summary>Safeguards that a test takes away. Nothing is broken by default.</summary>
    public SyncBreak Break { get; } = new();

    /// <summary>What a batch may amount to: half of what the inbox takes, for names and escapes come on top.</summary>
    internal long MaximumBatchBytes => MaximumBodyBytes / 2;

    internal bool IsLegacy => string.Equals(Side, "legacy", StringComparison.OrdinalIgnoreCase);
}
