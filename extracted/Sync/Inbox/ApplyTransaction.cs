using System.Data.Common;
using Sync.Capture;
using Sync.Databases;

namespace Sync.Inbox;

/// <summary>One transaction in which messages are applied: versions first, then rows.</summary>
internal sealed class ApplyTransaction(
    SyncDatabase database, ModuleRegistry registry, DbConnection connection, DbTransaction transaction, IStatements statements, string module, long now, bool ignoreVersions) : IDisposable
{
    private readonly VersionWriter _versions = new(database, connection, transaction, statements, module, now, ignoreVersions);
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
    public async Task WriteAsync(IEnumerable<DecodedMessage> messages, CancellationToken cancellationToken)
    {
        foreach (var decoded in messages)
        {
            var writer = WriterOf(decoded.Map!, decoded.Row is null ? decoded.Map!.Changed : decoded.Message.Type);
            if (decoded.Row is { } row) writer.Upsert(row);
            else writer.Delete(decoded.Map!.ParseKey(decoded.Message.Key));
        }

        await statements.RunAsync(cancellationToken);
    }

    /// <summary>Takes from the rows of the messages' keys the values that other rows may want, in favour of some that nobody has. They are to be written again soon.</summary>
    public async Task VacateAsync(IEnumerable<DecodedMessage> messages, CancellationToken cancellationToken)
    {
        foreach (var decoded in messages.Where(decoded => registry.TableOf(decoded.Map!).Unique.Count > 0))
            WriterOf(decoded.Map!, decoded.Map!.Changed).Vacate(decoded.Map!.ParseKey(decoded.Message.Key));
        await statements.RunAsync(cancellationToken);
    }

    public void Dispose()
    {
        _versions.Dispose();
        foreach (var writer in _writers.Values) writer.Dispose();
    }

    private RowWriter WriterOf(EntityMap map, string type)
    {
        if (_writers.TryGetValue((map, type), out var writer)) return writer;
        return _writers[(map, type)] = new RowWriter(database.Dialect, connection, transaction, statements, registry.TableOf(map, type));
    }
}
