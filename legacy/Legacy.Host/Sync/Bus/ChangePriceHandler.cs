using Contracts.Catalog;
using Legacy.Catalog.Data;
using Legacy.Web;

namespace Legacy.Host.Sync.Bus;

/// <summary>Does what the API does with a new price. It is called on the side that is the owner; otherwise the command goes on to the other side.</summary>
internal sealed class ChangePriceHandler(CatalogDbContext db) : IHandleMessages<ChangePrice>
{
    public async Task Handle(ChangePrice message, IMessageHandlerContext context)
    {
        if (message.Price is < 0 or > 1_000_000 || !Money.HasWholeCents(message.Price))
            throw new ArgumentOutOfRangeException(nameof(message), message.Price, "A price has at most two decimal places and lies between 0 and 1000000.");
        var product = await db.Products.FindAsync([message.ProductId], context.CancellationToken)
            ?? throw new KeyNotFoundException($"There is no product {message.ProductId}.");
        var price = Money.Exact(message.Price);
        if (product.Price == price) return;
        product.Price = price;
        product.Version++;
        await db.SaveChangesAsync(context.CancellationToken);
    }
}
