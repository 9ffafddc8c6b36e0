using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using TestKit;

namespace Sync.Tests.Sample;

/// <summary>One side: a Kestrel host with the sample module on a SQLite file. Stopping and starting it again keeps the file and the address.</summary>
public sealed class SampleSide(string name, string file, Gate gate, Uri peer, Dictionary<string, string?>? settings = null) : IAsyncDisposable
{
    public const string Key = "secret";

    private WebHost? _host;

    public WebHost Host => _host ?? throw new InvalidOperationException($"{name} is stopped.");

    public string ConnectionString => $"Data Source={file}";

    public async Task StartAsync()
    {
        _host = await WebHost.StartAsync(Configure, Map);
        _host.Client.DefaultRequestHeaders.Add("Strangler-Key", Key);
        gate.Target = _host.Address;
    }

    public async Task StopAsync()
    {
        if (_host is null) return;
        gate.Target = null;
        await _host.DisposeAsync();
        _host = null;
    }

    public async Task<T> UseAsync<T>(Func<SampleContext, Task<T>> use)
    {
        await using var scope = Host.App.Services.CreateAsyncScope();
        return await use(scope.ServiceProvider.GetRequiredService<SampleContext>());
    }

    public async Task UseAsync(Func<SampleContext, Task> use) => await UseAsync(async context =>
    {
        await use(context);
        return true;
    });

    public async Task<int> AddAsync(params Item[] items) => await UseAsync(async context =>
    {
        context.AddRange(items.AsEnumerable());
        await context.SaveChangesAsync();
        return items[0].Id;
    });

    /// <summary>Every row of the module, as text, read behind sync's back.</summary>
    public async Task<string> DumpAsync()
    {
        await using var connection = new SqliteConnection(ConnectionString);
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT 's' || Id || Name || Place_Row FROM Shelves UNION ALL SELECT 'i' || Id || ',' || Code || ',' || ShelfId || ',' || Price FROM Items ORDER BY 1";
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<string>();
        while (await reader.ReadAsync()) rows.Add(reader.GetString(0));
        return string.Join('\n', rows);
    }

    public async Task<long> ScalarAsync(string sql)
    {
        await using var connection = new SqliteConnection(ConnectionString);
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        return Convert.ToInt64(await command.ExecuteScalarAsync(), System.Globalization.CultureInfo.InvariantCulture);
    }

    public async Task<JsonElement> StatusAsync() => await Host.Client.GetFromJsonAsync<JsonElement>("/_sync/modules/sample");

    public async Task<HttpResponseMessage> TryAsync(string step, object body) => await Host.Client.PostAsJsonAsync($"/_sync/modules/sample/{step}", body);

    public async Task<JsonElement> DoAsync(string step, object body)
    {
        using var answer = await TryAsync(step, body);
        Assert.IsTrue(answer.IsSuccessStatusCode, $"{name}: {step} answered {(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync()}");
        return await answer.Content.ReadFromJsonAsync<JsonElement>();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        SqliteConnection.ClearPool(new SqliteConnection(ConnectionString));
    }

    private void Configure(WebApplicationBuilder builder)
    {
        var values = new Dictionary<string, string?>
        {
            ["Sync:Side"] = name,
            ["Sync:Key"] = Key,
            ["Sync:Peers:sample"] = peer.ToString(),
            ["Sync:InitialBackoff"] = "00:00:00.020",
            ["Sync:PollInterval"] = "00:00:00.200",
        };
        foreach (var (key, value) in settings ?? [])
        {
            if (value is null) values.Remove(key);
            else values[key] = value;
        }

        Microsoft.Extensions.Configuration.MemoryConfigurationBuilderExtensions.AddInMemoryCollection(builder.Configuration, values);
        if (Environment.GetEnvironmentVariable("SYNC_TEST_LOG") is not null) builder.Logging.AddConsole();
        builder.Services.AddSync(builder.Configuration, sync => sync.UseSqlite(ConnectionString).Module("sample", SampleContext.Declare));
        builder.Services.AddDbContext<SampleContext>((provider, options) => options.UseSqlite(ConnectionString).AddInterceptors(provider.GetRequiredService<SyncInterceptor>()));
        builder.Services.AddDbContext<OtherContext>((provider, options) => options.UseSqlite(ConnectionString).AddInterceptors(provider.GetRequiredService<SyncInterceptor>()));
    }

    private static void Map(WebApplication app)
    {
        using (var scope = app.Services.CreateScope())
        {
            foreach (var context in new DbContext[] { scope.ServiceProvider.GetRequiredService<SampleContext>(), scope.ServiceProvider.GetRequiredService<OtherContext>() })
            {
                var creator = context.GetService<IRelationalDatabaseCreator>();
                if (!creator.Exists()) creator.Create();
                context.Database.ExecuteSqlRaw(creator.GenerateCreateScript().Replace("CREATE TABLE ", "CREATE TABLE IF NOT EXISTS ", StringComparison.Ordinal).Replace("INDEX \"", "INDEX IF NOT EXISTS \"", StringComparison.Ordinal));
            }
        }

        app.UseSync();
        app.MapSync();
        app.MapPost("/items", async (ItemChanged item, SampleContext context) =>
        {
            var row = new Item { Code = item.Code, ShelfId = item.ShelfId, Price = item.Price };
            context.Add(row);
            await context.SaveChangesAsync();
            return Results.Ok(row.Id);
        }).WithSyncModule("sample");
        app.MapPost("/notes-then-items", async (OtherContext other, SampleContext context) =>
        {
            other.Add(new Note { Text = "kept" });
            await other.SaveChangesAsync();
            context.Add(new Item { Code = "second", ShelfId = 1 });
            await context.SaveChangesAsync();
        });
        app.MapPost("/items-undone", async (SampleContext context) =>
        {
            await using var transaction = await context.Database.BeginTransactionAsync();
            context.Add(new Item { Code = "undone", ShelfId = 1 });
            await context.SaveChangesAsync();
            await transaction.RollbackAsync();
        });
        app.MapGet("/items", async (SampleContext context) => Results.Ok(await context.Items.CountAsync())).WithSyncModule("sample");
        app.MapGet("/report", async (SampleContext context) => Results.Ok(await context.Items.CountAsync()));
    }
}
