using Legacy.Ordering.Checkout;
using Microsoft.EntityFrameworkCore;
using TestKit.Databases;

namespace Contract.Tests.Checkout;

/// <summary>Money that has moved has an order, and moves once for each.</summary>
public abstract class ChargeTests(string provider)
{
    [TestMethod]
    public async Task Checkout_CustomerLeavesWhileTheCardIsCharged_IsPlacedAndPaid()
    {
        await using var shop = await MonolithInside.StartAsync(provider);
        var (orders, payments) = (await shop.CountAsync("ordering_orders"), await shop.CountAsync("payments_payments"));
        using var customer = new CancellationTokenSource();
        shop.Gateway.Charged = token =>
        {
            customer.Cancel();
            token.ThrowIfCancellationRequested();
        };
        Assert.AreEqual(CheckoutOutcome.Placed, (await shop.PlaceAsync(null, customer.Token)).Outcome);
        Assert.HasCount(1, shop.Gateway.Keys);
        Assert.AreEqual((orders + 1, payments + 1), (await shop.CountAsync("ordering_orders"), await shop.CountAsync("payments_payments")));
    }

    [TestMethod]
    public async Task Checkout_CustomerHasLeftBefore_ChargesNothing()
    {
        await using var shop = await MonolithInside.StartAsync(provider);
        using var customer = new CancellationTokenSource();
        await customer.CancelAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(() => shop.PlaceAsync(null, customer.Token));
        Assert.IsEmpty(shop.Gateway.Keys);
    }

    [TestMethod]
    public async Task Checkout_BankAnswersNothing_ComesAgainUnderTheSameKeyOfTheCharge()
    {
        await using var shop = await MonolithInside.StartAsync(provider);
        shop.Gateway.Charged = _ => throw new IOException("The bank's answer was lost.");
        await Assert.ThrowsExactlyAsync<IOException>(() => shop.PlaceAsync("attempt-1", CancellationToken.None));
        shop.Gateway.Charged = _ => { };
        Assert.AreEqual(CheckoutOutcome.Placed, (await shop.PlaceAsync("attempt-1", CancellationToken.None)).Outcome);
        Assert.AreEqual(CheckoutOutcome.Placed, (await shop.PlaceAsync("attempt-2", CancellationToken.None)).Outcome);
        Assert.AreEqual(shop.Gateway.Keys[0], shop.Gateway.Keys[1]);
        Assert.AreNotEqual(shop.Gateway.Keys[1], shop.Gateway.Keys[2]);
    }

    [TestMethod]
    public async Task Checkout_LosesAgainstAnotherAfterTheCharge_IsDoneAgainUnderTheSameKeyOfTheCharge()
    {
        await using var shop = await MonolithInside.StartAsync(provider);
        shop.Gateway.Charged = _ =>
        {
            if (shop.Gateway.Keys.Count == 1) throw new DbUpdateConcurrencyException("Another was first.");
        };
        Assert.AreEqual(CheckoutOutcome.Placed, (await shop.PlaceAsync(null, CancellationToken.None)).Outcome);
        Assert.HasCount(2, shop.Gateway.Keys);
        Assert.AreEqual(shop.Gateway.Keys[0], shop.Gateway.Keys[1]);
        Assert.AreEqual(CheckoutOutcome.Placed, (await shop.PlaceAsync(null, CancellationToken.None)).Outcome);
        Assert.AreNotEqual(shop.Gateway.Keys[1], shop.Gateway.Keys[2], "Without a key of the customer's, two checkouts are two purchases.");
    }
}

[TestClass]
public sealed class ChargeOnSqlite() : ChargeTests(TestDatabase.Sqlite);

[TestClass]
public sealed class ChargeOnPostgreSql() : ChargeTests(TestDatabase.PostgreSql);

[TestClass]
public sealed class ChargeOnSqlServer() : ChargeTests(TestDatabase.SqlServer);
