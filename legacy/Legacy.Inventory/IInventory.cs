namespace Legacy.Inventory;

/// <summary>What other modules may ask of the inventory.</summary>
public interface IInventory
{
    /// <summary>
    /// Takes the quantities off the stock within the caller's unit of work, and tells which products have too little; then the
    /// caller has to roll back.
    /// </summary>
    Task<IReadOnlyList<Shortage>> ReserveAsync(IReadOnlyCollection<StockRequest> requests, CancellationToken cancellationToken);
}

public sealed record StockRequest(int ProductId, int Quantity);

public sealed record Shortage(int ProductId, int Wanted, int Available);
