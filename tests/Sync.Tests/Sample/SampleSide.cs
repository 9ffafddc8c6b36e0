using System.Data.Common;
using System.Globalization;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Data.SqlClient;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using TestKit;
using TestKit.Databases;

namespace Sync.Tests.Sample;

/// <summary>One side: a Kestrel host with the sample module on a database of its own. Stopping and starting it again keeps the database and the address.</summary>
public sealed class SampleSide(string name, TestDatabase database, Gate gate, Uri peer, Dictionary<string, string?>? settings = null) : IAsyncDisposable
{
    public const string Key = "secret";

    private WebHost? _host;
    private bool _created;
    private bool _isBeside;

    /// <summary>Settings of this side alone, which go before those of both.</summary>
    public Dictionary<string, string?> Settings { get; } = [];

    /// <summary>How the module is declared here: another version of the program may declare it otherwise.</summary>
    public Action<ModuleBuilder> Declare { get; set; } = SampleContext.Declare;

    /// <summary>What carries the changes instead of HTTP.</summary>
    public SampleBus? Bus { get; set; }

    /// <summary>Further endpoints of a test.</summary>
    public Action<WebApplication>? MapMore { get; set; }

    public WebHost Host => _host ?? throw new InvalidOperationException($"{name} is stopped.");

    public string Provider => database.Provider;

    public string ConnectionString => database.ConnectionString;

    /// <summary>What errors call the database.</summary>
    public string DatabaseName => database switch
    {
        SqliteTestDatabase sqlite => Path.GetFileName(sqlite.File),
        PostgresTestDatabase postgres => postgres.Name,
        _ => ((SqlServerTestDatabase)database).Name,
    };

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

    /// <summary>Another instance of this side on the same database, which reaches the other side by a way of its own.</summary>
    public SampleSide Beside(Gate own, Gate way)
    {
        var other = new SampleSide(name, database, own, way.Address, settings) { _created = true, _isBeside = true, Declare = Declare, Bus = Bus };
        foreach (var (key, value) in Settings) other.Settings[key] = value;
        return other;
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
    public async Task<string> DumpAsync() => string.Join('\n', (await ReadAsync("SELECT 's', Id, Name, Place_Row, '' FROM Shelves UNION ALL SELECT 'i', Id, Code, ShelfId, CAST(Price AS varchar(20)) FROM Items"))
        .Select(row => string.Join(',', row)).Order(StringComparer.Ordinal));

    /// <summary>Every row of every table, whoever made it, and what a database keeps of keys. A relay's lease goes on by itself.</summary>
    public async Task<string> DumpAllAsync()
    {
        await using var connection = await OpenAsync();
        var text = new StringBuilder();
        foreach (var table in await TablesAsync(connection))
        {
            await using var command = connection.CreateCommand();
            command.CommandText = $"SELECT * FROM \"{table}\"";
            await using var reader = await command.ExecuteReaderAsync();
            var rows = new List<string>();
            while (await reader.ReadAsync())
            {
                rows.Add(string.Join(',', Enumerable.Range(0, reader.FieldCount).Where(index => !reader.GetName(index).StartsWith("lease", StringComparison.Ordinal))
                    .Select(index => reader.GetValue(index) is byte[] bytes ? Convert.ToHexString(bytes) : Convert.ToString(reader.GetValue(index), CultureInfo.InvariantCulture))));
            }

            text.Append(CultureInfo.InvariantCulture, $"{table}: {rows.Count}\n").AppendJoin('\n', rows.Order(StringComparer.Ordinal)).Append('\n');
        }

        return text.ToString();
    }

    private async Task<List<string>> TablesAsync(DbConnection connection)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = Provider switch
        {
            TestDatabase.Sqlite => "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name",
            TestDatabase.PostgreSql => "SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema() ORDER BY table_name",
            _ => "SELECT TABLE_NAME FROM INFORMATION_SCHEMA.TABLES WHERE TABLE_TYPE = 'BASE TABLE' ORDER BY TABLE_NAME",
        };
        await using var reader = await command.ExecuteReaderAsync();
        var names = new List<string>();
        while (await reader.ReadAsync()) names.Add(reader.GetString(0));
        return names;
    }

    /// <summary>What waits in the outbox.</summary>
    public async Task<IReadOnlyList<string>> PayloadsAsync() => [.. (await ReadAsync("SELECT payload FROM sync_outbox ORDER BY position")).Select(row => System.Text.Encoding.UTF8.GetString((byte[])row[0]))];

    public async Task<long> ScalarAsync(string sql)
    {
        await using var connection = await OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = SampleSql.For(Provider, sql);
        return Convert.ToInt64(await command.ExecuteScalarAsync(), System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <summary>A connection of the test's own.</summary>
    public async Task<DbConnection> OpenAsync()
    {
        DbConnection connection = Provider switch
        {
            TestDatabase.Sqlite => new SqliteConnection(ConnectionString),
            TestDatabase.PostgreSql => new NpgsqlConnection(ConnectionString),
            _ => new SqlConnection(ConnectionString),
        };
        await connection.OpenAsync();
        return connection;
    }

    /// <summary>Lets a context use the side's database, or a connection to it.</summary>
    public DbContextOptionsBuilder<T> Use<T>(DbContextOptionsBuilder<T> options, DbConnection? connection = null) where T : DbContext
    {
        Use((DbContextOptionsBuilder)options, connection);
        return options;
    }

    private void Use(DbContextOptionsBuilder options, DbConnection? connection = null)
    {
        switch (Provider, connection)
        {
            case (TestDatabase.Sqlite, null): options.UseSqlite(ConnectionString); break;
            case (TestDatabase.Sqlite, _): options.UseSqlite(connection); break;
            case (TestDatabase.PostgreSql, null): options.UseNpgsql(ConnectionString); break;
            case (TestDatabase.PostgreSql, _): options.UseNpgsql(connection); break;
            case (_, null): options.UseSqlServer(ConnectionString, WithoutMerge); break;
            default: options.UseSqlServer(connection, WithoutMerge); break;
        }
    }

    // As the shop's hosts do it.
    public static void WithoutMerge(SqlServerDbContextOptionsBuilder server) => server.MaxBatchSize(1);

    private async Task<List<object[]>> ReadAsync(string sql)
    {
        await using var connection = await OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = SampleSql.For(Provider, sql);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<object[]>();
        while (await reader.ReadAsync())
        {
            var row = new object[reader.FieldCount];
            reader.GetValues(row);
            rows.Add(row);
        }

        return rows;
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
        if (!_isBeside) await database.DisposeAsync();
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
        foreach (var (key, value) in (Bus?.Settings ?? []).Concat(settings ?? []).Concat(Settings))
        {
            if (value is null) values.Remove(key);
            else values[key] = value;
        }

        Microsoft.Extensions.Configuration.MemoryConfigurationBuilderExtensions.AddInMemoryCollection(builder.Configuration, values);
        if (Environment.GetEnvironmentVariable("SYNC_TEST_LOG") is not null) builder.Logging.AddConsole();
        builder.Services.AddSync(builder.Configuration, sync => sync.UseDatabase(Provider, ConnectionString).Module("sample", Declare));
        Bus?.AddTo(builder);
        builder.Services.AddDbContext<SampleContext>((provider, options) => Use(options.AddInterceptors(provider.GetRequiredService<SyncInterceptor>())));
        builder.Services.AddDbContext<OtherContext>((provider, options) => Use(options.AddInterceptors(provider.GetRequiredService<SyncInterceptor>())));
    }

    private void Map(WebApplication app)
    {
        if (!_created)
        {
            using var scope = app.Services.CreateScope();
            foreach (var context in new DbContext[] { scope.ServiceProvider.GetRequiredService<SampleContext>(), scope.ServiceProvider.GetRequiredService<OtherContext>() })
            {
                var creator = context.GetService<IRelationalDatabaseCreator>();
                if (!creator.Exists()) creator.Create();
                creator.CreateTables();
            }

            _created = true;
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
        MapMore?.Invoke(app);
        app.MapGet("/report", async (SampleContext context) => Results.Ok(await context.Items.CountAsync()));
    }
}
