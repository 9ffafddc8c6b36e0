using System.Data.Common;
using Sync.Capture;

namespace Sync.Inbox;

/// <summary>One transaction in which messages are applied: versions first, then rows.</summary>
internal sealed class ApplyTransaction(SyncDatabase database, ModuleRegistry registry, DbConnection connection, DbTransaction transaction, string module, long now, bool ignoreVersions) : IDisposable
{
    private readonly VersionWriter _versions = new(database, connection, transaction, module, now, ignoreVersions);
    private readonly Dictionary<(EntityMap, string), RowWriter> _writers = [];

    public async Task<SyncOutcome> ApplyAsync(DecodedMessage decoded, CancellationToken cancellationToken)
    {
        var outcome = (await RaiseAsync([decoded], cancellationToken))[0];
        if (outcome == SyncOutcome.Applied) await WriteAsync([decoded], cancellationToken);
        return outcome;
    }

    /// <inheritdoc cref="VersionWriter.RaiseAsync"/>
    public Task<SyncOutcome[]> RaiseAsync(IReadOnlyList<DecodedMessage> messages, CancellationToken cancellationToken) => _versions.RaiseAsync(messages, cancellationToken);

    /// <summary>Writes or removes the messages' rows, in their order.</summary>
    public async Task WriteAsync(IEnumerable<DecodedMessage> messages, CancellationToken cancellationToken) => await database.Dialect.RunAllAsync(messages.Select(Statement), cancellationToken);

    /// <summary>Takes from the rows of the messages' keys the values that other rows may want, in favour of some that nobody has. They are to be written again soon.</summary>
    public async Task VacateAsync(IEnumerable<DecodedMessage> messages, CancellationToken cancellationToken) => await database.Dialect.RunAllAsync(
        messages.Where(decoded => registry.TableOf(decoded.Map!).Unique.Count > 0).Select(decoded => WriterOf(decoded.Map!, decoded.Map!.Changed).Vacate(decoded.Map!.ParseKey(decoded.Message.Key))),
        cancellationToken);

    public void Dispose()
    {
        _versions.Dispose();
        foreach (var writer in _writers.Values) writer.Dispose();
    }

    private DbCommand Statement(DecodedMessage decoded) => decoded.Row is { } row
        ? WriterOf(decoded.Map!, decoded.Message.Type).Upsert(row)
        : WriterOf(decoded.Map!, decoded.Map!.Changed).Delete(decoded.Map!.ParseKey(decoded.Message.Key));

    private RowWriter WriterOf(EntityMap map, string type)
    {
        if (_writers.TryGetValue((map, type), out var writer)) return writer;
        return _writers[(map, type)] = new RowWriter(database.Dialect, connection, transaction, registry.TableOf(map, type));
    }
}
