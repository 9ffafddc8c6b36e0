using Legacy.Payments.Gateway;

namespace Contract.Tests.Checkout;

/// <summary>A bank that remembers every charge it was asked for, and does what a test wants once the money has moved.</summary>
internal sealed class HeldGateway : IPaymentGateway
{
    /// <summary>The key of every call, in their order.</summary>
    public List<string> Keys { get; } = [];

    /// <summary>Called once the card is charged, before the bank answers.</summary>
    public Action<CancellationToken> Charged { get; set; } = static _ => { };

    public Task<bool> ChargeAsync(string key, decimal amount, string cardNumber, CancellationToken cancellationToken)
    {
        Keys.Add(key);
        Charged(cancellationToken);
        return Task.FromResult(true);
    }
}
