using Legacy.Catalog;
using Legacy.Customers;
using Legacy.Inventory;
using Legacy.Ordering.Data;
using Legacy.Payments;
using Legacy.Web;
using Legacy.Web.Data;
using Microsoft.EntityFrameworkCore;

namespace Legacy.Ordering.Checkout;

/// <summary>Stock, order and payment in one transaction: all of them, or nothing.</summary>
internal sealed class CheckoutDesk(
    OrderingDbContext db, ICatalog catalog, ICustomers customers, IInventory inventory, IPayments payments, IUnitOfWork unitOfWork, TimeProvider time)
{
    public async Task<CheckoutResult> PlaceAsync(PlaceOrder wanted, CancellationToken cancellationToken)
    {
        // Asked before the transaction begins: the catalog may live elsewhere, and nobody should wait for it while holding the lock.
        var products = (await catalog.FindAsync([.. wanted.Lines.Select(line => line.ProductId)], cancellationToken)).ToDictionary(one => one.Id);

        // One name for the charge, whatever becomes of the transactions around it: neither another attempt of this request nor the customer's own, under the same
        // Idempotency-Key, is paid for twice.
        var chargeKey = wanted.IdempotencyKey is { } key ? $"{key}:{wanted.Hash()}" : Guid.NewGuid().ToString("N");
        return await unitOfWork.RunAsync(unit => PlaceAsync(wanted, products, chargeKey, unit, cancellationToken), cancellationToken);
    }

    // Whatever may collide with another checkout comes before the card is charged, so that a charge is not made twice.
    private async Task<CheckoutResult> PlaceAsync(PlaceOrder wanted, Dictionary<int, CatalogProduct> products, string chargeKey, IUnit unit, CancellationToken cancellationToken)
    {
        if (await EarlierAsync(wanted, cancellationToken) is { } earlier) return earlier;
        if (await customers.FindAsync(wanted.CustomerId, cancellationToken) is null)
            return new(CheckoutOutcome.UnknownCustomer, null, "There is no such customer.");
        if (wanted.Lines.FirstOrDefault(line => !products.ContainsKey(line.ProductId)) is { } unknown)
            return new(CheckoutOutcome.UnknownProduct, null, $"There is no product {unknown.ProductId}.");

        var shortages = await inventory.ReserveAsync([.. wanted.Lines.Select(line => new StockRequest(line.ProductId, line.Quantity))], cancellationToken);
        if (shortages.Count > 0) return new(CheckoutOutcome.OutOfStock, null, Describe(shortages, products));

        var order = Compose(wanted, products);
        db.Orders.Add(order);
        await db.SaveChangesAsync(cancellationToken);
        // A customer who leaves from here on would leave a charge without an order.
        cancellationToken.ThrowIfCancellationRequested();
        if (await payments.ChargeAsync(order.Id, order.Total, wanted.CardNumber, chargeKey, CancellationToken.None) == ChargeResult.Declined)
            return new(CheckoutOutcome.Declined, null, "The card was declined.");

        await unit.CommitAsync(CancellationToken.None);
        return new(CheckoutOutcome.Placed, order, "");
    }

    private async Task<CheckoutResult?> EarlierAsync(PlaceOrder wanted, CancellationToken cancellationToken)
    {
        if (wanted.IdempotencyKey is not { } key) return null;
        var order = await db.Orders.AsNoTracking().Include(one => one.Lines).SingleOrDefaultAsync(one => one.IdempotencyKey == key, cancellationToken);
        if (order is null) return null;
        return order.RequestHash == wanted.Hash()
            ? new(CheckoutOutcome.Repeated, order, "")
            : new(CheckoutOutcome.KeyReused, null, "This Idempotency-Key was used for another order.");
    }

    private Order Compose(PlaceOrder wanted, Dictionary<int, CatalogProduct> products)
    {
        var order = new Order
        {
            CustomerId = wanted.CustomerId,
            PlacedAtUtc = Moment.Now(time),
            IdempotencyKey = wanted.IdempotencyKey,
            RequestHash = wanted.IdempotencyKey is null ? null : wanted.Hash(),
        };
        foreach (var line in wanted.Lines)
        {
            var product = products[line.ProductId];
            order.Lines.Add(new OrderLine { ProductId = product.Id, ProductName = product.Name, Quantity = line.Quantity, Price = Money.Exact(product.Price) });
        }

        order.Total = Money.Exact(order.Lines.Sum(line => line.Amount));
        return order;
    }

    private static string Describe(IReadOnlyList<Shortage> shortages, Dictionary<int, CatalogProduct> products) =>
        string.Join(" ", shortages.Select(one => one.Available == 0
            ? $"{products[one.ProductId].Name} is sold out."
            : $"Only {one.Available} of {products[one.ProductId].Name} are left."));
}
