using System.Globalization;
using System.Text.Json;
using Contract.Tests.Targets;
using TestKit;

namespace Contract.Tests;

/// <summary>
/// What the catalog's clients rely on, whoever answers. One verified file per test serves every target: that the answer does not depend on the side is the point.
/// </summary>
public abstract class CatalogContract
{
    private protected abstract Task<Target> TargetAsync();

    [TestMethod]
    public async Task ProductsApi_Lists_PagesSortsAndSearches()
    {
        using var visitor = new Visitor(await TargetAsync());
        await visitor.GetAsync("/api/products?search=lamp&pageSize=3");
        await visitor.GetAsync("/api/products?search=LAMP&pageSize=3&page=2&sort=-price");
        await visitor.GetAsync("/api/products?search=lamp&pageSize=3&sort=price");
        await visitor.GetAsync("/api/products?search=lamp&pageSize=2&sort=-name");
        await visitor.GetAsync("/api/products?category=3&search=chair+3&pageSize=2&sort=name");
        await visitor.GetAsync("/api/products?ids=3,1,999999");
        await visitor.GetAsync("/api/products?search=no-such-thing");
        await Snapshot.VerifyAsync(visitor.Transcript);
    }

    [TestMethod]
    public async Task ProductsApi_WrongQuery_400()
    {
        using var visitor = new Visitor(await TargetAsync());
        await visitor.GetAsync("/api/products?page=0&pageSize=101&sort=colour&ids=1,x");
        await visitor.GetAsync("/api/products?page=two");
        await visitor.GetAsync("/api/categories?pageSize=0");
        await Snapshot.VerifyAsync(visitor.Transcript);
    }

    [TestMethod]
    public async Task ProductsApi_KnownTag_304()
    {
        using var visitor = new Visitor(await TargetAsync());
        await visitor.GetAsync("/api/products/11");
        await visitor.GetAsync("/api/products/11", "If-None-Match", visitor.LastTag);
        await visitor.GetAsync("/api/products/11", "If-None-Match", "\"another\"");
        await visitor.GetAsync("/api/products?search=rug&pageSize=1");
        await visitor.GetAsync("/api/products?search=rug&pageSize=1", "If-None-Match", visitor.LastTag);
        await Snapshot.VerifyAsync(visitor.Transcript);
    }

    [TestMethod]
    public async Task ProductsApi_TextThatSomeDatabaseCannotKeep_IsTheSameOnAll()
    {
        using var visitor = new Visitor(await TargetAsync());
        await visitor.JsonAsync(HttpMethod.Post, "/api/products", new { sku = "CONTRACT-\0", name = "n\0", description = "\0", categoryId = 1, price = 1 });
        await visitor.JsonAsync(HttpMethod.Post, "/api/categories", new { name = "n\0" });
        await visitor.GetAsync("/api/products?search=lamp%00");
        await Snapshot.VerifyAsync(visitor.Transcript);
    }

    [TestMethod]
    public async Task Head_AnswersTheSameWhereverItIsAsked()
    {
        using var visitor = new Visitor(await TargetAsync());
        await visitor.HeadAsync("/api/products/11");
        await visitor.HeadAsync("/api/products?search=lamp&pageSize=3");
        await visitor.HeadAsync("/api/products/999999");
        await visitor.HeadAsync("/api/categories/4");
        await visitor.HeadAsync("/products/13");
        await Snapshot.VerifyAsync(visitor.Transcript);
    }

    [TestMethod]
    public async Task Api_NothingThere_404()
    {
        using var visitor = new Visitor(await TargetAsync());
        await visitor.GetAsync("/api/products/999999");
        await visitor.GetAsync("/api/categories/999999");
        await visitor.DeleteAsync("/api/products/999999");
        await visitor.JsonAsync(HttpMethod.Put, "/api/products/999999", new { sku = "A", name = "A", categoryId = 1, price = 1 });
        await Snapshot.VerifyAsync(visitor.Transcript);
    }

    [TestMethod]
    public async Task ProductsApi_WrongBody_4xx()
    {
        using var visitor = new Visitor(await TargetAsync());
        await visitor.JsonAsync(HttpMethod.Post, "/api/products", new { });
        await visitor.JsonAsync(HttpMethod.Post, "/api/products", new { sku = new string('x', 41), name = "n", categoryId = 1, price = 1.234 });
        await visitor.JsonAsync(HttpMethod.Post, "/api/products", new { sku = "CONTRACT-W", name = "n", categoryId = 4711, price = 1 });
        await visitor.JsonAsync(HttpMethod.Post, "/api/products", new { sku = "SKU-000001", name = "n", categoryId = 1, price = 1 });
        await visitor.TextAsync(HttpMethod.Post, "/api/products", "{ not json", "application/json");
        await visitor.TextAsync(HttpMethod.Post, "/api/products", "sku=1", "text/plain");
        await Snapshot.VerifyAsync(visitor.Transcript);
    }

    [TestMethod]
    public async Task ProductsApi_CreateChangeRemove()
    {
        using var visitor = new Visitor(await TargetAsync());
        await visitor.JsonAsync(HttpMethod.Post, "/api/products", new { sku = "CONTRACT-1", name = "Contract", description = "d", categoryId = 1, price = 12.3 });
        var id = IdOf(visitor.LastBody);
        var path = $"/api/products/{id}";
        await visitor.GetAsync(path);
        await visitor.JsonAsync(HttpMethod.Put, path, new { sku = "CONTRACT-1", name = "Contract", categoryId = 2, price = 99 }, "If-Match", "\"1\"");
        await visitor.JsonAsync(HttpMethod.Put, path, new { sku = "CONTRACT-1", name = "Late", categoryId = 2, price = 98 }, "If-Match", "\"1\"");
        await visitor.JsonAsync(HttpMethod.Put, path, new { sku = "SKU-000001", name = "Taken", categoryId = 2, price = 98 });
        await visitor.DeleteAsync(path, "If-Match", "\"1\"");
        await visitor.DeleteAsync(path);
        await visitor.GetAsync(path);
        await Snapshot.VerifyAsync(visitor.Transcript.Replace(id, "{id}", StringComparison.Ordinal));
    }

    [TestMethod]
    public async Task PricesApi_ChangesAllOrNone()
    {
        using var visitor = new Visitor(await TargetAsync());
        await visitor.JsonAsync(HttpMethod.Post, "/api/products/prices", new { changes = new[] { new { id = 31, by = -0.25m }, new { id = 33, by = 0.25m } } });
        await visitor.JsonAsync(HttpMethod.Post, "/api/products/prices", new { changes = new[] { new { id = 31, by = 1m }, new { id = 33, by = -100_000m } } });
        await visitor.JsonAsync(HttpMethod.Post, "/api/products/prices", new { changes = new[] { new { id = 31, by = 1m }, new { id = 999_999, by = 1m } } });
        await visitor.JsonAsync(HttpMethod.Post, "/api/products/prices", new { changes = new[] { new { id = 31, by = 1m }, new { id = 31, by = 1m } } });
        await visitor.JsonAsync(HttpMethod.Post, "/api/products/prices", new { changes = new[] { new { id = 31, by = 0.001m } } });
        await visitor.GetAsync("/api/products/31");
        await Snapshot.VerifyAsync(visitor.Transcript);
    }

    // Alone, because pages of other tests list the categories.
    [TestMethod, DoNotParallelize]
    public async Task CategoriesApi_ListCreateChangeRemove()
    {
        using var visitor = new Visitor(await TargetAsync());
        await visitor.GetAsync("/api/categories?pageSize=3&page=2");
        await visitor.GetAsync("/api/categories/4");
        await visitor.GetAsync("/api/categories/4", "If-None-Match", visitor.LastTag);
        await visitor.JsonAsync(HttpMethod.Post, "/api/categories", new { name = "" });
        await visitor.JsonAsync(HttpMethod.Post, "/api/categories", new { name = "Kettles" });
        await visitor.JsonAsync(HttpMethod.Post, "/api/categories", new { name = "Zithers", description = "To play." });
        var id = IdOf(visitor.LastBody);
        var path = $"/api/categories/{id}";
        await visitor.JsonAsync(HttpMethod.Put, path, new { name = "Zithers", description = "To hear." }, "If-Match", "\"1\"");
        await visitor.JsonAsync(HttpMethod.Put, path, new { name = "Zithers" }, "If-Match", "\"1\"");
        await visitor.DeleteAsync("/api/categories/1");
        await visitor.DeleteAsync(path);
        await Snapshot.VerifyAsync(visitor.Transcript.Replace($"/{id}", "/{id}", StringComparison.Ordinal)
            .Replace($"\"id\":{id},", "\"id\":{id},", StringComparison.Ordinal));
    }

    [TestMethod]
    public async Task Pages_ListAndProduct()
    {
        using var visitor = new Visitor(await TargetAsync());
        await visitor.GetAsync("/products?search=lamp&sort=-price&category=2");
        await visitor.GetAsync("/products?search=lamp&page=3");
        await visitor.GetAsync("/products?search=nothing+like+it");
        await visitor.GetAsync("/products/13");
        await visitor.GetAsync("/products/999999");
        await Snapshot.VerifyAsync(visitor.Transcript);
    }

    [TestMethod]
    public async Task EditPage_NotStaff_Refused()
    {
        using var visitor = new Visitor(await TargetAsync());
        await visitor.GetAsync("/products/17/edit");
        await visitor.SignInAsync("customer9@shop.example");
        await visitor.GetAsync("/products/17/edit");
        await Snapshot.VerifyAsync(visitor.Transcript);
    }

    [TestMethod]
    public async Task EditPage_Staff_ShowsErrorsThenSaves()
    {
        using var visitor = new Visitor(await TargetAsync());
        await visitor.SignInAsync("staff@shop.example");
        await visitor.GetAsync("/products/19/edit");
        var form = new Dictionary<string, string>
        {
            ["Input.Version"] = "1",
            ["Input.Sku"] = "SKU-000019",
            ["Input.Name"] = "Keyboard, mended",
            ["Input.Description"] = "",
            ["Input.CategoryId"] = "19",
            ["Input.Price"] = "cheap",
        };
        await visitor.FormAsync("/products/19/edit", form);
        await visitor.GetAsync("/products/19/edit");
        form["__RequestVerificationToken"] = visitor.FormToken;
        await visitor.FormAsync("/products/19/edit", form);
        form["Input.Price"] = "7.50";
        await visitor.FormAsync("/products/19/edit", form);
        await visitor.GetAsync("/products/19");
        await visitor.FormAsync("/products/19/edit", form);
        await Snapshot.VerifyAsync(visitor.Transcript);
    }

    [TestMethod]
    public async Task ApiWrites_WithoutCredentials_RefusedBeforeTheBodyIsRead()
    {
        using var visitor = new Visitor(await TargetAsync()) { ApiKey = null };
        await EachWriteAsync(visitor);
        await visitor.TextAsync(HttpMethod.Post, "/api/products", "{ not json", "application/json");
        visitor.ApiKey = "";
        await visitor.DeleteAsync("/api/products/37");
        visitor.ApiKey = "a-key-that-nobody-was-given";
        await EachWriteAsync(visitor);
        await visitor.GetAsync("/api/products/37");
        await Snapshot.VerifyAsync(visitor.Transcript);
    }

    [TestMethod]
    public async Task ApiWrites_Customer_Refused()
    {
        using var visitor = new Visitor(await TargetAsync()) { ApiKey = null };
        await visitor.SignInAsync("customer9@shop.example");
        await EachWriteAsync(visitor);
        await visitor.GetAsync("/api/products/37");
        await Snapshot.VerifyAsync(visitor.Transcript);
    }

    // Alone, because pages of other tests list the categories.
    [TestMethod, DoNotParallelize]
    public async Task ApiWrites_Staff_Accepted()
    {
        using var visitor = new Visitor(await TargetAsync()) { ApiKey = null };
        await visitor.SignInAsync("staff@shop.example");
        await visitor.JsonAsync(HttpMethod.Post, "/api/categories", new { name = "Theremins" });
        var category = IdOf(visitor.LastBody);
        await visitor.JsonAsync(HttpMethod.Put, $"/api/categories/{category}", new { name = "Theremins", description = "Untouched." });
        await visitor.DeleteAsync($"/api/categories/{category}");
        await visitor.JsonAsync(HttpMethod.Post, "/api/products", new { sku = "CONTRACT-STAFF", name = "Staff", categoryId = 1, price = 5 });
        var product = int.Parse(IdOf(visitor.LastBody), CultureInfo.InvariantCulture);
        await visitor.JsonAsync(HttpMethod.Put, $"/api/products/{product}", new { sku = "CONTRACT-STAFF", name = "Staff", categoryId = 1, price = 6 });
        await visitor.JsonAsync(HttpMethod.Post, "/api/products/prices", new { changes = new[] { new { id = product, by = 1 } } });
        await visitor.DeleteAsync($"/api/products/{product}");
        await Snapshot.VerifyAsync(visitor.Transcript.Replace($"{product}", "{product}", StringComparison.Ordinal)
            .Replace($"/{category}", "/{category}", StringComparison.Ordinal)
            .Replace($"\"id\":{category},", "\"id\":{category},", StringComparison.Ordinal));
    }

    /// <summary>Every write of the API, with a body that would be refused if anybody read it.</summary>
    private static async Task EachWriteAsync(Visitor visitor)
    {
        await visitor.JsonAsync(HttpMethod.Post, "/api/products", new { });
        await visitor.JsonAsync(HttpMethod.Post, "/api/products/prices", new { });
        await visitor.JsonAsync(HttpMethod.Put, "/api/products/37", new { });
        await visitor.DeleteAsync("/api/products/37");
        await visitor.JsonAsync(HttpMethod.Post, "/api/categories", new { });
        await visitor.JsonAsync(HttpMethod.Put, "/api/categories/4", new { });
        await visitor.DeleteAsync("/api/categories/4");
    }

    private static string IdOf(string json) =>
        JsonSerializer.Deserialize<JsonElement>(json).GetProperty("id").GetInt32().ToString(CultureInfo.InvariantCulture);
}
