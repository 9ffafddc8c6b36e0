using System.Text.Json;
using Contract.Tests.Targets;
using TestKit.Databases;

namespace Contract.Tests;

/// <summary>The document says which requests need credentials, on both sides.</summary>
[TestClass]
public sealed class OpenApiTests
{
    private static readonly string[] Writes =
    [
        "post /api/products", "post /api/products/prices", "put /api/products/{id}", "delete /api/products/{id}",
        "post /api/categories", "put /api/categories/{id}", "delete /api/categories/{id}",
    ];

    [TestMethod]
    public async Task Legacy_Document_NamesTheCredentialsOfEachWrite() =>
        await AssertWritesAsync((await RunningTargets.LegacyOn(TestDatabase.Sqlite)).Catalog);

    [TestMethod]
    public async Task Service_Document_NamesTheCredentialsOfEachWrite() =>
        await AssertWritesAsync((await RunningTargets.ServiceOn(TestDatabase.Sqlite)).Catalog);

    private static async Task AssertWritesAsync(Uri side)
    {
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = side };
        using var document = JsonDocument.Parse(await client.GetStringAsync("/openapi/v1.json"));
        var root = document.RootElement;

        var schemes = root.GetProperty("components").GetProperty("securitySchemes");
        Assert.AreEqual("X-Api-Key", schemes.GetProperty("apiKey").GetProperty("name").GetString());
        Assert.AreEqual("shop.session", schemes.GetProperty("session").GetProperty("name").GetString());

        var secured = new List<string>();
        foreach (var path in root.GetProperty("paths").EnumerateObject())
        {
            foreach (var operation in path.Value.EnumerateObject().Where(static one => one.Value.TryGetProperty("security", out _)))
            {
                var accepted = operation.Value.GetProperty("security").EnumerateArray()
                    .Select(static one => string.Join('+', one.EnumerateObject().Select(static scheme => scheme.Name)));
                CollectionAssert.AreEqual((string[])["apiKey", "session"], accepted.ToArray(), path.Name);
                Assert.IsTrue(operation.Value.GetProperty("responses").TryGetProperty("401", out _), path.Name);
                secured.Add($"{operation.Name} {path.Name}");
            }
        }

        CollectionAssert.AreEquivalent(Writes, secured);
    }
}
