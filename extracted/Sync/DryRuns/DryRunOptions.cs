using System.ComponentModel.DataAnnotations;

namespace Sync;

/// <summary>The settings of the <c>Sync:DryRun</c> section.</summary>
public sealed class DryRunOptions
{
    /// <summary>Whether dry runs are taken at all.</summary>
    /// <value>Defaults to true.</value>
    public bool Enabled { get; set; } = true;

    /// <summary>How long a dry run may take, the wait for its turn included. Its transaction is rolled back when the time is over, whatever the request does: what the owner sends waits for no longer.</summary>
    /// <value>Defaults to 1 s.</value>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How many dry runs go on in this process at the same time. On one module they go one after another in any case.</summary>
    /// <value>Defaults to 1.</value>
    [Range(1, 64)]
    public int MaximumAtOnce { get; set; } = 1;

    /// <summary>The largest answer of a dry run in bytes: it is kept in memory until everything is rolled back.</summary>
    /// <value>Defaults to 4 MiB.</value>
    [Range(1_024, 268_435_456)]
    public int MaximumAnswerBytes { get; set; } = 4 * 1024 * 1024;
}
