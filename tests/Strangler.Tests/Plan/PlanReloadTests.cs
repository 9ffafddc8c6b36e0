using Strangler.Stages;
using Strangler.Tests.Forwarding;
using TestKit;

namespace Strangler.Tests.Plan;

[TestClass]
public sealed class PlanReloadTests
{
    [TestMethod]
    public async Task Reload_OfWrongPlan_KeepsTheLastGoodOne()
    {
        await using var test = await ProxyUnderTest.StartAsync();
        var before = test.Plans.Current;
        await File.WriteAllTextAsync(test.PlanFile, "{ \"legacy\": {} }");
        var read = await test.Plans.ReloadAsync();
        Assert.IsNotEmpty(read.Errors);
        Assert.AreSame(before, test.Plans.Current);
        using var answer = await test.Client.GetAsync("/x");
        Assert.AreEqual("GET /x", await answer.Content.ReadAsStringAsync());
    }

    [TestMethod]
    public async Task File_Changed_IsReloadedAndRoutesFollow()
    {
        await using var test = await ProxyUnderTest.StartAsync();
        test.Publish(Stage.Extracted, owner: Side.Service, epoch: 2);
        await File.WriteAllTextAsync(test.PlanFile, test.PlanText("shared").Replace("GET /api/products/{id}", "GET /other/{id}", StringComparison.Ordinal));
        var side = await Eventually.GetAsync(
            async () =>
            {
                using var answer = await test.Client.GetAsync("/other/1");
                return answer.Headers.GetValues("X-Side").Single();
            },
            static side => side == "service");
        Assert.AreEqual("service", side);
    }

    [TestMethod]
    public async Task Start_WithWrongPlan_NamesTheFileAndEveryError()
    {
        using var directory = new TemporaryDirectory();
        var file = directory.File("plan.json");
        await File.WriteAllTextAsync(file, "{ \"modules\": 1 }");
        var error = await Assert.ThrowsExactlyAsync<Strangler.Plan.PlanException>(() => WebHost.StartAsync(
            builder =>
            {
                builder.Configuration["Strangler:Plan"] = file;
                builder.Services.AddStrangler(builder.Configuration);
            },
            static app => app.UseStrangler()));
        Assert.AreEqual(file, error.File);
        Assert.HasCount(2, error.Errors);
    }
}
