using Legacy.Ordering.Data;

namespace Legacy.Ordering.Checkout;

internal enum CheckoutOutcome
{
    Placed,

    /// <summary>The key was used before for this very order: the first answer again.</summary>
    Repeated,

    /// <summary>The key was used before for something else.</summary>
    KeyReused,

    UnknownCustomer,
    UnknownProduct,
    OutOfStock,
    Declined,
}

/// <summary>How a checkout ended; <paramref name="Detail"/> is a sentence for the customer when there is no order.</summary>
internal sealed record CheckoutResult(CheckoutOutcome Outcome, Order? Order, string Detail);
