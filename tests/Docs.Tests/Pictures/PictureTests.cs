using Microsoft.Playwright;
using TestKit.Processes;

namespace Docs.Tests.Pictures;

/// <summary>What users and operators see, in a real browser over real processes. It takes the screenshots of the documentation, too.</summary>
[TestClass, DoNotParallelize]
public sealed class PictureTests
{
    [TestMethod]
    [Timeout(600_000)]
    public async Task ShopAndDashboard_InABrowserOnTheWayToExtracted_ShowWhatTheirPicturesShow()
    {
        await using var browser = await Browser.StartAsync();
        await using var tour = await ShopTour.StartAsync();
        var shop = await browser.OpenAsync(tour.Shop);
        await LookAtTheShopAsync(shop);

        var dashboard = await browser.OpenAsync(tour.Dashboard);
        await dashboard.GoToAsync($"/#key={tour.AdminKey}");
        await dashboard.ShowsAsync("Advance to Syncing");
        await tour.AdvanceAsync("Syncing");
        await tour.AdvanceAsync("Shadow");
        await tour.ReadAsync(times: 6);
        await dashboard.ReloadAsync();
        await dashboard.ShowsAsync("Before Canary: 7 unmet", "Advance to Canary", "Roll back to Syncing");
        await Picture.TakeAsync(dashboard, "dashboard-shadow.png");

        await tour.ReadAsync(times: 6);
        await tour.AdvanceAsync("Canary", 50);
        await tour.ReadAsync(times: 30);
        await dashboard.ReloadAsync();
        await dashboard.ShowsAsync("Canary 50 %", "Advance to Canary 100 %", "The judge, last");
        await Picture.TakeAsync(dashboard, "dashboard-canary.png");

        await tour.AdvanceAsync("Canary", 100);
        await tour.ReadAsync(times: 12);
        await tour.AdvanceAsync("Extracted");
        await dashboard.ReloadAsync();
        await dashboard.ShowsAsync("owner service", "Advance to Retired");
        await Picture.TakeAsync(dashboard, "dashboard-extracted.png");
        await LookAtTheShopAsync(shop);

        await tour.RollbackAsync("Shadow");
        await tour.SpoilAsync(product: 1, name: "Changed behind its back");
        await tour.ReadAsync(times: 3);
        await dashboard.ReloadAsync();
        await dashboard.ShowsAsync("Mismatches", "$.name", "Changed behind its back", "Ask again");
        await Picture.TakeAsync(dashboard, "dashboard-mismatch.png", dashboard.Page.Locator("section > div", new() { HasText = "Mismatches" }).Last);
    }

    /// <summary>Every picture is shown on a page with words for those who cannot see it, and every picture that a page shows is there.</summary>
    [TestMethod]
    public void Pictures_Files_AreThoseThatPagesShow()
    {
        var shown = Directory.EnumerateFiles(RepositoryRoot.File("docs"), "*.md", SearchOption.AllDirectories).Append(RepositoryRoot.File("README.md"))
            .SelectMany(static page => PictureLinks.In(File.ReadAllText(page))).ToList();
        Assert.IsNotEmpty(shown, "Pages show pictures.");
        CollectionAssert.AreEquivalent(Picture.Names.ToList(), shown.Select(static link => link.Name).Distinct().ToList());
        Assert.IsEmpty(shown.Where(static link => link.Words.Length < 20), "Every picture is described in words.");
    }

    private static async Task LookAtTheShopAsync(Window shop)
    {
        await shop.GoToAsync("/products");
        await shop.ShowsAsync("Products", "200 products");
        await Picture.TakeAsync(shop, "shop-products.png");
        await shop.GoToAsync("/products/1");
        await Assertions.Expect(shop.Page.GetByRole(AriaRole.Button, new() { NameRegex = new("cart") })).ToBeVisibleAsync();
        await shop.ShowsAsync("SKU");
        await Picture.TakeAsync(shop, "shop-product.png");
        await shop.GoToAsync("/reports/sales");
        await shop.ShowsAsync("Sales", "Units sold");
        await Picture.TakeAsync(shop, "shop-sales.png");
    }
}
