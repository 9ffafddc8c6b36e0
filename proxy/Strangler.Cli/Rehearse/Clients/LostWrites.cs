using Strangler.Cli.Rehearse.Load;

namespace Strangler.Cli.Rehearse.Clients;

/// <summary>Asks one side directly for everything that has been acknowledged.</summary>
internal sealed class LostWrites(LoadRun load)
{
    private const int AtATime = 8;

    /// <summary>Compares and counts what is not there.</summary>
    /// <param name="name">What the side is called in messages.</param>
    /// <param name="side">Its own address.</param>
    /// <param name="concerns">Which records belong to the module.</param>
    /// <returns>How many keys were asked for.</returns>
    public async Task<int> CheckAsync(string name, Uri side, Func<LoadRecord, bool> concerns)
    {
        using var sender = new LoadSender(side, retries: false, tally: null);
        var known = load.Acknowledged.Known.Where(k => concerns(k.Key.Record)).ToList();
        await Parallel.ForEachAsync(known, new ParallelOptions { MaxDegreeOfParallelism = AtATime }, async (entry, _) =>
        {
            var request = load.Records.RequestFor(entry.Key.Record, "check", entry.Key.Key);
            var seen = RecordReader.Read(entry.Key.Record, await sender.SendAsync(request, new CookieJar()));
            if (seen.Problem is null && RecordReader.AreSame(seen.Value, entry.Value)) return;
            var found = seen.Problem ?? $"it holds {seen.Value ?? "nothing"}";
            load.Tally.Lost.Add(new Finding(request.Endpoint, request.ToString(), $"{name}: {found}, acknowledged was {entry.Value ?? "(removed)"}"));
        });
        return known.Count;
    }
}
