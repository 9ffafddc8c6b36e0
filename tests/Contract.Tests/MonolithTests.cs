using Contract.Tests.Targets;
using TestKit;
using TestKit.Databases;

namespace Contract.Tests;

/// <summary>What is the monolith's own and asks most of its database: the report over three modules, and checkouts that want the same product.</summary>
[TestClass]
public sealed class MonolithTests
{
    [TestMethod]
    [DataRow(TestDatabase.Sqlite)]
    [DataRow(TestDatabase.PostgreSql)]
    [DataRow(TestDatabase.SqlServer)]
    public async Task Report_OfPaidSales_IsTheSameOnEveryDatabase(string provider)
    {
        using var visitor = new Visitor(await RunningTargets.LegacyOn(provider));
        await visitor.GetAsync("/api/reports/sales?pageSize=4");
        await visitor.GetAsync("/api/reports/sales?pageSize=2&page=3");
        await visitor.GetAsync("/api/reports/sales?productId=7");
        await visitor.GetAsync("/api/orders/17");
        await Snapshot.VerifyAsync(visitor.Transcript);
    }

    [TestMethod]
    [DataRow(TestDatabase.Sqlite)]
    [DataRow(TestDatabase.PostgreSql)]
    [DataRow(TestDatabase.SqlServer)]
    public async Task Checkouts_OfOneProductAtOnce_AllAreServedAndCounted(string provider)
    {
        var shop = (await RunningTargets.LegacyOn(provider)).Shop;
        using var client = new HttpClient { BaseAddress = shop };
        var before = await OnHandAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => client.PostAsync("/api/orders", new StringContent(
            $$"""{ "customerId": {{i + 1}}, "lines": [ { "productId": 901, "quantity": 2 } ], "cardNumber": "4242424242424242" }""", System.Text.Encoding.UTF8, "application/json"))));
        foreach (var answer in answers) Assert.AreEqual(201, (int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
        Assert.AreEqual(before - 16, await OnHandAsync());

        async Task<int> OnHandAsync()
        {
            using var stock = System.Text.Json.JsonDocument.Parse(await client.GetStringAsync("/api/inventory/901"));
            return stock.RootElement.GetProperty("onHand").GetInt32();
        }
    }
}
