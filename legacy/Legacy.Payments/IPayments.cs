namespace Legacy.Payments;

/// <summary>What other modules may ask of the payments.</summary>
public interface IPayments
{
    /// <summary>Charges the card and books the payment within the caller's unit of work. The card number is not kept, only its end.</summary>
    /// <param name="orderId">The order that is paid.</param>
    /// <param name="amount">What is charged.</param>
    /// <param name="cardNumber">The card.</param>
    /// <param name="chargeKey">Names the charge: asked for again under the same key, it is not made again.</param>
    /// <param name="cancellationToken">Ends the call; what has been charged by then stays charged.</param>
    Task<ChargeResult> ChargeAsync(int orderId, decimal amount, string cardNumber, string chargeKey, CancellationToken cancellationToken);

    /// <summary>The last four digits of the card that an order was paid with.</summary>
    Task<string?> CardOfAsync(int orderId, CancellationToken cancellationToken);
}

public enum ChargeResult
{
    Captured,
    Declined,
}
