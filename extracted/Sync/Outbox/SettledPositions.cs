using System.Collections.Concurrent;
using System.Data.Common;
using Sync.Databases;

namespace Sync.Outbox;

/// <summary>
/// Positions are issued before their transactions commit, and where writers run side by side a lower one may commit after a higher one. What says "everything up to here"
/// (a drain, the acknowledged position, the version of a backfill's rows) must not count over the head of a transaction under way. So it asks for the settled position:
/// every change at or below it is committed or never will be. It is found without holding up anybody: at a moment when nobody writes, or once everybody who wrote at some
/// moment has ended; until then the last one found holds.
/// </summary>
internal sealed class SettledPositions(SyncDatabase database)
{
    private readonly ConcurrentDictionary<string, Watermark> _byModule = new(StringComparer.Ordinal);

    /// <param name="connection">A connection without a transaction: what is read in it afterwards holds all changes up to the result.</param>
    /// <param name="module">The module.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async Task<long> ReadAsync(DbConnection connection, string module, CancellationToken cancellationToken)
    {
        var watermark = _byModule.GetOrAdd(module, static _ => new Watermark());
        var reading = await database.Dialect.ReadPositionAsync(connection, module, mark: !watermark.HasMark, cancellationToken);
        return watermark.Take(reading);
    }

    /// <summary>A position that is known to be settled, because it was read while no writer ran.</summary>
    public void Settle(string module, long position) => _byModule.GetOrAdd(module, static _ => new Watermark()).Take(new PositionReading(position, IsSettled: true));

    internal sealed class Watermark
    {
        private readonly Lock _lock = new();
        private long _settled;
        private (long Position, long Mark)? _next;

        public bool HasMark
        {
            get
            {
                lock (_lock) return _next is not null;
            }
        }

        public long Take(PositionReading reading)
        {
            lock (_lock)
            {
                if (reading.IsSettled)
                {
                    _settled = Math.Max(_settled, reading.Position);
                    _next = null;
                }
                else if (_next is { } next)
                {
                    if (reading.Oldest < next.Mark) return _settled;
                    _settled = Math.Max(_settled, next.Position);
                    _next = null;
                }
                else if (reading.Mark is { } mark)
                {
                    _next = (reading.Position, mark);
                }

                return _settled;
            }
        }
    }
}
