using System.Collections.Concurrent;

namespace Journey.Tests.Load;

/// <summary>The last acknowledged state of every product that the writers touched: its price, or null once deleted.</summary>
internal sealed class WriteHistory
{
    private readonly ConcurrentDictionary<int, decimal?> _acknowledged = new();
    private readonly ConcurrentDictionary<int, bool> _created = new();

    public IReadOnlyDictionary<int, decimal?> Acknowledged => _acknowledged;

    public void Wrote(int product, decimal price) => _acknowledged[product] = price;

    public void Deleted(int product) => _acknowledged[product] = null;

    /// <returns>False when this key has been given to another product before.</returns>
    public bool Created(int product, decimal price)
    {
        _acknowledged[product] = price;
        return _created.TryAdd(product, true);
    }
}
