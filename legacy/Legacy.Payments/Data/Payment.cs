namespace Legacy.Payments.Data;

internal sealed class Payment
{
    public int Id { get; set; }

    public int OrderId { get; set; }

    public decimal Amount { get; set; }

    /// <summary>The last four digits; the number itself is never stored.</summary>
    public string CardEnd { get; set; } = "";

    public DateTime CapturedAtUtc { get; set; }
}
