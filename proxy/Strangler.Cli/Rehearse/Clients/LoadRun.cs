using Strangler.Cli.Rehearse.Load;

namespace Strangler.Cli.Rehearse.Clients;

/// <summary>All clients of a rehearsal while they run.</summary>
internal sealed class LoadRun : IAsyncDisposable
{
    private const int Visitors = 8;
    private readonly CancellationTokenSource _stop = new();
    private readonly PreparedLoad _load;
    private readonly LoadSender _proxy;
    private readonly List<Writer> _writers = [];
    private readonly WriterKit _kit;
    private readonly List<Task> _people = [];

    /// <param name="load">What is sent.</param>
    /// <param name="proxy">The public address.</param>
    /// <param name="placeholders">Fills the requests.</param>
    /// <param name="retries">Whether clients retry: only where faults are to be expected.</param>
    /// <param name="mayInterrupt">True while a fault may take an answer away.</param>
    public LoadRun(PreparedLoad load, Uri proxy, Placeholders placeholders, bool retries, Func<bool> mayInterrupt)
    {
        _load = load;
        _proxy = new LoadSender(proxy, retries, Tally);
        Records = new RecordReader(placeholders, load.Description.Headers, record => load.Endpoints[record]);
        _kit = new WriterKit(_proxy, Tally, Acknowledged, Records, placeholders, load.Description.Headers, write => load.Endpoints[write], mayInterrupt);
    }

    public LoadTally Tally { get; } = new();

    public AcknowledgedWrites Acknowledged { get; } = new();

    public RecordReader Records { get; }

    /// <summary>The endpoint of the plan that shows a record.</summary>
    public string EndpointOf(LoadRecord record) => _load.Endpoints[record];

    /// <summary>Learns what the legacy answers, then lets everybody in.</summary>
    /// <returns>False when the legacy itself does not answer as the load says; the tally has what it did.</returns>
    public async Task<bool> StartAsync()
    {
        var description = _load.Description;
        var kinds = _load.Reads.GroupBy(static r => r.Kind).Select(k => k.Select(r => r.Fill(_kit.Placeholders, description.Headers)).ToList()).ToList();
        await Parallel.ForEachAsync(kinds.SelectMany(static k => k), new ParallelOptions { MaxDegreeOfParallelism = Visitors }, async (target, _) =>
        {
            if (await target.LearnAsync(_proxy) is { } problem) Tally.Failed.Add(problem);
        });
        if (Tally.Failed.Count > 0) return false;

        var visitor = new Visitor(_proxy, kinds, Tally, description.ReadsPerSecond / Visitors);
        for (var i = 0; i < Visitors; i++) _people.Add(visitor.RunAsync(i, _stop.Token));
        for (var i = 0; i < description.Clients && description.Records.Count > 0; i++)
        {
            var client = i;
            var writer = new Writer(client, _kit, [.. description.Records.Select(r => new WrittenRecord(r, client, description.Clients))]);
            _writers.Add(writer);
            _people.Add(writer.RunAsync(description.WritesPerSecond / description.Clients, _stop.Token));
        }

        if (_load.Writes.Count > 0) _people.Add(new RecordedWriter(_kit, _load.Writes).RunAsync(description.WritesPerSecond, _stop.Token));
        return true;
    }

    /// <summary>Does something while no write is under way.</summary>
    public async Task WithoutWritesAsync(Func<Task> work)
    {
        await Task.WhenAll(_writers.Select(static w => w.PauseAsync()));
        try
        {
            await work();
        }
        finally
        {
            foreach (var writer in _writers) writer.Resume();
        }
    }

    /// <summary>Lets everybody finish what is under way.</summary>
    /// <exception cref="InvalidOperationException">A client has died of a bug of its own.</exception>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_people);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_people).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var writer in _writers) writer.Dispose();
        _proxy.Dispose();
        _stop.Dispose();
    }
}
