namespace Legacy.Payments.Gateway;

internal interface IPaymentGateway
{
    /// <summary>False when the card is declined.</summary>
    Task<bool> ChargeAsync(decimal amount, string cardNumber, CancellationToken cancellationToken);
}
