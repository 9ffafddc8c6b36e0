namespace Legacy.Payments.Gateway;

internal interface IPaymentGateway
{
    /// <summary>Charges a card once for each key, however often it is asked to. False when the card is declined.</summary>
    Task<bool> ChargeAsync(string key, decimal amount, string cardNumber, CancellationToken cancellationToken);
}
