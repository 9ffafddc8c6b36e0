using System.Text.Json.Nodes;
using Microsoft.Data.Sqlite;
using TestKit;
using TestKit.Processes;

namespace Docs.Tests.Pictures;

/// <summary>The sample shop as real processes, moved from stage to stage while somebody looks at it.</summary>
internal sealed class ShopTour : IAsyncDisposable
{
    private const string Module = "catalog";

    private static readonly string[] _reads =
        ["/products", "/products/1", "/products/1/edit", "/api/products", "/api/products/1", "/api/categories", "/api/categories/1"];

    private readonly StranglerSystem _system;

    private ShopTour(StranglerSystem system) => _system = system;

    public Uri Shop => _system.PublicUrl;

    public Uri Dashboard => _system.AdminUrl;

    public string AdminKey => _system.Admin.Client.DefaultRequestHeaders.GetValues("Strangler-Key").Single();

    public static async Task<ShopTour> StartAsync() => new(await StranglerSystem.StartAsync(new StranglerSystemOptions
    {
        EditPlan = EditPlan,
        Environment = new Dictionary<string, string> { ["Seed__Products"] = "200" },
    }));

    /// <summary>To a stage as soon as its gate allows it.</summary>
    public Task AdvanceAsync(string stage, int? percent = null) => _system.Admin.AdvanceWhenAllowedAsync(Module, stage, percent, limit: TimeSpan.FromMinutes(2));

    public Task RollbackAsync(string stage) => _system.Admin.RollbackWhenAllowedAsync(Module, stage, TimeSpan.FromMinutes(2));

    /// <summary>Asks every reading endpoint so many times, each time as another client, and waits until the answers have been compared.</summary>
    public async Task ReadAsync(int times)
    {
        var before = await ComparedAsync();
        for (var time = 0; time < times; time++)
        {
            foreach (var path in _reads)
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, path);
                request.Headers.TryAddWithoutValidation("Authorization", $"Client {time}");
                using var answer = await _system.Public.SendAsync(request);
            }
        }

        await Eventually.GetAsync(ComparedAsync, compared => compared >= before + (times * _reads.Length), what: "comparisons");
    }

    /// <summary>Changes a product behind the back of both applications, so that the sides answer differently.</summary>
    public async Task SpoilAsync(int product, string name)
    {
        await using var connection = new SqliteConnection($"Data Source={Path.Combine(_system.Data, "catalog.db")};Pooling=False");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "UPDATE Products SET Name = $name WHERE Id = $id";
        command.Parameters.AddWithValue("$name", name);
        command.Parameters.AddWithValue("$id", product);
        Assert.AreEqual(1, await command.ExecuteNonQueryAsync());
    }

    public ValueTask DisposeAsync() => _system.DisposeAsync();

    private async Task<long> ComparedAsync() => (await _system.Admin.StatusAsync(Module)).GetProperty("endpoints").EnumerateArray()
        .Sum(static endpoint => endpoint.GetProperty("counts").EnumerateObject().Sum(static count => count.Value.GetInt64()));

    private static void EditPlan(JsonNode plan)
    {
        var module = plan["modules"]![Module]!;
        module["gates"]!["minimumComparisons"] = 10;
        // The first answer of a service that has just started takes its time where others run too.
        plan["limits"] = new JsonObject { ["candidateTimeout"] = "00:01:00" };
        module["canary"] = new JsonObject
        {
            // What a shared machine does to one of two processes for some seconds is no news here.
            ["minimumSlowdown"] = "00:00:01",
            ["minimumSamples"] = 5,
        };
    }
}
