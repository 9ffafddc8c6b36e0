using Legacy.Payments.Data;
using Legacy.Payments.Gateway;
using Legacy.Web.Data;
using Microsoft.EntityFrameworkCore;

namespace Legacy.Payments;

internal sealed class Cashier(PaymentsDbContext db, IPaymentGateway gateway, TimeProvider time) : IPayments
{
    public async Task<ChargeResult> ChargeAsync(int orderId, decimal amount, string cardNumber, string chargeKey, CancellationToken cancellationToken)
    {
        var digits = CardNumber.Digits(cardNumber);
        if (!await gateway.ChargeAsync(chargeKey, amount, digits, cancellationToken)) return ChargeResult.Declined;

        db.Payments.Add(new Payment { OrderId = orderId, Amount = amount, CardEnd = digits[^4..], CapturedAtUtc = Moment.Now(time) });
        await db.SaveChangesAsync(cancellationToken);
        return ChargeResult.Captured;
    }

    public Task<string?> CardOfAsync(int orderId, CancellationToken cancellationToken) =>
        db.Payments.Where(payment => payment.OrderId == orderId).Select(payment => (string?)payment.CardEnd).SingleOrDefaultAsync(cancellationToken);
}
