using Legacy.Inventory.Data;
using Microsoft.EntityFrameworkCore;

namespace Legacy.Inventory;

internal sealed class Stockroom(InventoryDbContext db) : IInventory
{
    public async Task<IReadOnlyList<Shortage>> ReserveAsync(IReadOnlyCollection<StockRequest> requests, CancellationToken cancellationToken)
    {
        var ids = requests.Select(request => request.ProductId).ToList();
        var stock = await db.Stock.Where(one => ids.Contains(one.ProductId)).ToDictionaryAsync(one => one.ProductId, cancellationToken);
        var shortages = new List<Shortage>();
        foreach (var request in requests)
        {
            var available = stock.TryGetValue(request.ProductId, out var item) ? item.OnHand : 0;
            if (available < request.Quantity) shortages.Add(new Shortage(request.ProductId, request.Quantity, available));
            else item!.Take(request.Quantity);
        }

        if (shortages.Count == 0) await db.SaveChangesAsync(cancellationToken);
        return shortages;
    }
}
