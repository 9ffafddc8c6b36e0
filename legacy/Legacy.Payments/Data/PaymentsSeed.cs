using Legacy.Web.Seeding;

namespace Legacy.Payments.Data;

/// <summary>One payment for each order of the sample data.</summary>
internal static class PaymentsSeed
{
    public static void Insert(SeedTable insert, SeedPlan plan)
    {
        using var payments = insert("payments_payments", ["Id", "OrderId", "Amount", "CardEnd", "CapturedAtUtc"]);
        for (var id = 1; id <= SeedPlan.Orders; id++)
        {
            var order = plan.Order(id);
            payments.Add(id, id, order.TotalInCents, "4242", order.PlacedAtUtc);
        }
    }
}
