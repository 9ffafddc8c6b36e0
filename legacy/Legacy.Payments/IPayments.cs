namespace Legacy.Payments;

/// <summary>What other modules may ask of the payments.</summary>
public interface IPayments
{
    /// <summary>Charges the card and books the payment within the caller's unit of work. The card number is not kept, only its end.</summary>
    Task<ChargeResult> ChargeAsync(int orderId, decimal amount, string cardNumber, CancellationToken cancellationToken);

    /// <summary>The last four digits of the card that an order was paid with.</summary>
    Task<string?> CardOfAsync(int orderId, CancellationToken cancellationToken);
}

public enum ChargeResult
{
    Captured,
    Declined,
}
