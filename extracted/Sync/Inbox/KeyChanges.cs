using Sync.Capture;

namespace Sync.Inbox;

/// <summary>A batch's messages of one key. The newest is the one to apply: it carries the whole row. One before it is tried only when it is refused.</summary>
internal sealed class KeyChanges(EntityMap map, string key)
{
    private readonly List<int> _messages = [];

    public EntityMap Map { get; } = map;

    public string Key { get; } = key;

    /// <summary>The message to try, as its place in the batch.</summary>
    public int Current => _messages[^1];

    /// <summary>The messages before it.</summary>
    public IEnumerable<int> Older => _messages.SkipLast(1);

    public string? Refusal { get; set; }

    /// <summary>True when the last refusal was over a value that another row holds.</summary>
    public bool WantsValue { get; set; }

    /// <summary>Gives the newest message up.</summary>
    /// <returns>False when there is none before it.</returns>
    public bool StepBack()
    {
        _messages.RemoveAt(_messages.Count - 1);
        return _messages.Count > 0;
    }

    /// <summary>
    /// The messages by key, in an order in which their rows can be written: parents before children, rows after those of their own table that they refer to, then removals
    /// in reverse. What unique values ask for besides is found by trying.
    /// </summary>
    public static List<KeyChanges> Plan(ModuleRegistry registry, DecodedMessage[] decoded, IEnumerable<int> open)
    {
        var byKey = new Dictionary<(EntityMap, string), KeyChanges>();
        foreach (var index in open.OrderBy(index => (decoded[index].Message.Epoch, decoded[index].Message.Position)))
        {
            var (map, key) = (decoded[index].Map!, decoded[index].Message.Key);
            if (!byKey.TryGetValue((map, key), out var changes)) byKey[(map, key)] = changes = new KeyChanges(map, key);
            changes._messages.Add(index);
        }

        var depths = new Dictionary<KeyChanges, int>();
        return
        [
            .. byKey.Values
                .OrderBy(changes => decoded[changes.Current].Row is null)
                .ThenBy(changes => decoded[changes.Current].Row is null ? -changes.Map.Order : changes.Map.Order)
                .ThenBy(changes => Depth(changes, byKey.Count)),
        ];

        int Depth(KeyChanges changes, int most)
        {
            if (depths.TryGetValue(changes, out var known)) return known;
            if (decoded[changes.Current].Row is not { } row || most == 0) return 0;
            var depth = 0;
            foreach (var parent in registry.TableOf(changes.Map).OwnParents)
            {
                if (parent.Read(row) is { } value && byKey.TryGetValue((changes.Map, Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture)!), out var above) && above != changes)
                    depth = Math.Max(depth, 1 + Depth(above, most - 1));
            }

            return depths[changes] = depth;
        }
    }
}
