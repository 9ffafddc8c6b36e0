namespace Legacy.Payments.Gateway;

/// <summary>Stands in for a bank: it takes every card but one, and reaches nothing outside the process.</summary>
internal sealed class SampleGateway : IPaymentGateway
{
    private const string DeclinedCard = "4000000000000002";

    public Task<bool> ChargeAsync(string key, decimal amount, string cardNumber, CancellationToken cancellationToken) =>
        Task.FromResult(cardNumber != DeclinedCard);
}
