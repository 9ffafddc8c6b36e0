using System.Collections.Concurrent;
using System.Diagnostics;

namespace Sync.DryRuns;

/// <summary>A place in the log of a process: everything that stands behind it was applied later.</summary>
/// <param name="Process">The process that keeps the log.</param>
/// <param name="Count">How many changes it had noted.</param>
/// <param name="Epoch">The epoch of the highest change that it has noted; 0 when it has noted none.</param>
/// <param name="Highest">The position of that change.</param>
internal readonly record struct AppliedMark(string Process, long Count, long Epoch, long Highest);

/// <summary>What was applied behind a mark.</summary>
/// <param name="Known">False when the log was another process's, or no longer reaches back to the mark.</param>
/// <param name="Any">True when anything was applied.</param>
/// <param name="Earlier">True when something older than the write was applied: the copy had not yet been where the owner began.</param>
/// <param name="Holds">True when the write itself was applied: it had not yet been when the mark was set.</param>
/// <param name="IdleMs">For how many milliseconds nothing has been applied; as long as this process runs when it never was.</param>
internal sealed record AppliedSince(bool Known, bool Any, bool Earlier, bool Holds, long IdleMs);

/// <summary>
/// Remembers the order in which the inbox of this process applied the last changes. Changes do not arrive strictly by position (one may be held back, or commit late at the
/// owner), so that the highest position alone says neither that a change is there nor that all before it are; what was applied after a moment was not there at it.
/// </summary>
internal sealed class AppliedLog
{
    private const int Kept = 16_384;
    private static readonly long Started = Stopwatch.GetTimestamp();

    private readonly string _process = Guid.NewGuid().ToString("N");
    private readonly ConcurrentDictionary<string, Log> _modules = new(StringComparer.Ordinal);

    /// <summary>To be called within the transaction that applies the change, before its commit: whoever is let in by the commit then finds it noted.</summary>
    public void Note(string module, long epoch, long position)
    {
        var log = LogOf(module);
        lock (log)
        {
            log.Last[log.Count++ % Kept] = (epoch, position);
            log.Latest = Stopwatch.GetTimestamp();
            if (epoch > log.Epoch) (log.Epoch, log.Highest) = (epoch, position);
            else if (epoch == log.Epoch) log.Highest = Math.Max(log.Highest, position);
        }
    }

    public AppliedMark Mark(string module)
    {
        var log = LogOf(module);
        lock (log) return new AppliedMark(_process, log.Count, log.Epoch, log.Highest);
    }

    /// <param name="module">The module.</param>
    /// <param name="process">The process of the mark.</param>
    /// <param name="count">The count of the mark.</param>
    /// <param name="epoch">The epoch of the write.</param>
    /// <param name="first">The position of the write's first change.</param>
    /// <param name="last">The position of its last change.</param>
    public AppliedSince Since(string module, string process, long count, long epoch, long first, long last)
    {
        var log = LogOf(module);
        lock (log)
        {
            if (process != _process || count < 0 || count > log.Count || log.Count - count > Kept) return new AppliedSince(false, false, false, false, 0);
            bool earlier = false, holdsFirst = false, holdsLast = false;
            for (var index = count; index < log.Count; index++)
            {
                var applied = log.Last[index % Kept];
                earlier |= applied.Epoch < epoch || (applied.Epoch == epoch && applied.Position < first);
                holdsFirst |= applied == (epoch, first);
                holdsLast |= applied == (epoch, last);
            }

            return new AppliedSince(true, log.Count > count, earlier, holdsFirst && holdsLast, (long)Stopwatch.GetElapsedTime(log.Latest).TotalMilliseconds);
        }
    }

    private Log LogOf(string module) => _modules.GetOrAdd(module, static _ => new Log());

    private sealed class Log
    {
        public (long Epoch, long Position)[] Last { get; } = new (long, long)[Kept];

        public long Count { get; set; }

        public long Epoch { get; set; }

        public long Highest { get; set; }

        /// <summary>When the last change was noted; a span of time, which no clock that is set changes.</summary>
        public long Latest { get; set; } = Started;
    }
}
