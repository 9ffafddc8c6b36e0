using System.Globalization;
using Strangler.Cli.Rehearse.Load;

namespace Strangler.Cli.Rehearse.Clients;

/// <summary>The part of a kind of record that one client owns.</summary>
internal sealed class WrittenRecord(LoadRecord description, int client, int clients)
{
    private readonly List<string> _keys = [.. Share(description.Keys, client, clients)];
    private readonly List<string> _created = [];

    public LoadRecord Description => description;

    /// <summary>One of the writes, by weight. Only what the load has created is removed.</summary>
    public LoadWrite Choose(Random random)
    {
        var possible = description.Writes.Where(IsPossible).ToList();
        var at = random.Next(possible.Sum(static w => w.Weight));
        return possible.First(w => (at -= w.Weight) < 0);
    }

    public string AnyKey(Random random)
    {
        var at = random.Next(_keys.Count + _created.Count);
        return at < _keys.Count ? _keys[at] : _created[at - _keys.Count];
    }

    public void AddCreated(string key) => _created.Add(key);

    public string TakeCreated()
    {
        var key = _created[0];
        _created.RemoveAt(0);
        return key;
    }

    private bool IsPossible(LoadWrite write) => write.Effect switch
    {
        WriteEffect.Creates => true,
        WriteEffect.Removes => _created.Count > 0,
        _ => _keys.Count + _created.Count > 0,
    };

    private static IEnumerable<string> Share(KeyRange? keys, int client, int clients)
    {
        if (keys is null) yield break;
        for (var key = keys.First + client; key <= keys.Last; key += clients) yield return key.ToString(CultureInfo.InvariantCulture);
    }
}
