namespace Legacy.Ordering.Data;

internal sealed class Order
{
    public int Id { get; set; }

    public int CustomerId { get; set; }

    public DateTime PlacedAtUtc { get; set; }

    public string Status { get; set; } = "confirmed";

    public decimal Total { get; set; }

    /// <summary>The caller's name for this attempt: asking again with the same one gives this order, not a second.</summary>
    public string? IdempotencyKey { get; set; }

    /// <summary>What was asked for with the key, so that the same key with another order is noticed.</summary>
    public string? RequestHash { get; set; }

    public List<OrderLine> Lines { get; } = [];
}
