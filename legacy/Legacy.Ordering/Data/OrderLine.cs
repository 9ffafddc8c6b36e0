namespace Legacy.Ordering.Data;

/// <summary>Name and price are those at the time of the order, whatever becomes of the product.</summary>
internal sealed class OrderLine
{
    public int Id { get; set; }

    public int OrderId { get; set; }

    public int ProductId { get; set; }

    public string ProductName { get; set; } = "";

    public int Quantity { get; set; }

    public decimal Price { get; set; }

    public decimal Amount => Price * Quantity;
}
