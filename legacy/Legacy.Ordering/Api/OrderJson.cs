using Legacy.Ordering.Data;
using Legacy.Web;

namespace Legacy.Ordering.Api;

internal sealed record OrderJson(int Id, int CustomerId, DateTime PlacedAtUtc, string Status, decimal Total, IReadOnlyList<OrderLineJson> Lines)
{
    public static OrderJson Of(Order order) => new(
        order.Id, order.CustomerId, order.PlacedAtUtc, order.Status, Money.Exact(order.Total),
        [.. order.Lines.OrderBy(line => line.Id).Select(line => new OrderLineJson(line.ProductId, line.ProductName, line.Quantity, Money.Exact(line.Price)))]);
}

internal sealed record OrderLineJson(int ProductId, string ProductName, int Quantity, decimal Price);

internal sealed record OrderLineInput(int? ProductId, int? Quantity);

/// <summary>An order as a client sends it.</summary>
internal sealed record OrderInput(int? CustomerId, IReadOnlyList<OrderLineInput>? Lines, string? CardNumber)
{
    public Dictionary<string, string[]> Errors()
    {
        var errors = new Dictionary<string, string[]>();
        if (CustomerId is null or < 1) errors["customerId"] = ["The customer's id is needed."];
        if (Lines is not { Count: > 0 and <= 50 }) errors["lines"] = ["An order has 1 to 50 lines."];
        else if (Lines.Any(line => line is not { ProductId: >= 1, Quantity: >= 1 and <= 99 }))
            errors["lines"] = ["Each line has a productId and a quantity between 1 and 99."];
        else if (Lines.Select(line => line.ProductId).Distinct().Count() != Lines.Count)
            errors["lines"] = ["Each product is on one line only."];
        if (!Payments.CardNumber.IsPlausible(CardNumber)) errors["cardNumber"] = ["A card number has 12 to 19 digits."];
        return errors;
    }

    // The record's own text would print the card number.
    public override string ToString() => $"{nameof(OrderInput)} of customer {CustomerId}";
}
