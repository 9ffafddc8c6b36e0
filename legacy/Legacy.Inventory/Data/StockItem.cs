namespace Legacy.Inventory.Data;

internal sealed class StockItem
{
    public int ProductId { get; set; }

    public int OnHand { get; set; }

    public int Version { get; set; } = 1;

    public void Take(int quantity) => Set(OnHand - quantity);

    public void Set(int onHand)
    {
        OnHand = onHand;
        Version++;
    }
}
