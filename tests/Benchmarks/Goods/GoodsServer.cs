using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Sync;
#if NSERVICEBUS
using Sync.NServiceBus;
#endif

namespace Benchmarks.Goods;

/// <summary>One side: a process with the sync library, the goods, and the endpoints that the measurements need.</summary>
internal static class GoodsServer
{
    public const string Mode = "serve-goods";
    public const string Module = "goods";
    private const int Shelves = 20;
    private const int Chunk = 5_000;

    public static async Task<int> RunAsync(string[] args)
    {
        var builder = WebApplication.CreateSlimBuilder(args);
        // Without any provider, NServiceBus writes everything that is logged into a file of its own.
        builder.Logging.ClearProviders().AddProvider(NullLoggerProvider.Instance);
        var (provider, connection) = (builder.Configuration["Database:Provider"]!, builder.Configuration["Database:ConnectionString"]!);
        using var lags = new LagListener();
        builder.Services.AddSync(builder.Configuration, sync => sync.UseDatabase(provider, connection).Module(Module, GoodsContext.Declare));
#if NSERVICEBUS
        builder.Services.AddSyncNServiceBus(builder.Configuration);
#endif
        builder.Services.AddDbContext<GoodsContext>((services, options) =>
            (provider == "postgresql" ? options.UseNpgsql(connection) : options.UseSqlite(connection)).AddInterceptors(services.GetRequiredService<SyncInterceptor>()));
        builder.Services.AddSingleton<ArrivalWatch>().AddHostedService(static services => services.GetRequiredService<ArrivalWatch>());
        var app = builder.Build();
        await using (var scope = app.Services.CreateAsyncScope()) await scope.ServiceProvider.GetRequiredService<GoodsContext>().Database.EnsureCreatedAsync();
        app.UseSync();
        app.MapSync();
        app.MapGet("/healthz", static () => "Healthy");
        app.MapPost("/fill", FillAsync).WithSyncModule(Module);
        app.MapPost("/touch", TouchAsync).WithSyncModule(Module);
        app.MapPut("/goods/{id:int}", PutAsync).WithSyncModule(Module);
        app.MapGet("/goods/{id:int}/seen", static (int id, long cents, ArrivalWatch watch, CancellationToken cancellation) => watch.SeenAsync(id, cents).WaitAsync(cancellation));
        app.MapDelete("/lags", lags.Clear);
        app.MapGet("/lags", () => lags.Seconds);
        await app.RunAsync();
        return 0;
    }

    /// <summary>Makes goods as an old database has them: behind the library's back.</summary>
    private static async Task FillAsync(int rows, GoodsContext context, CancellationToken cancellation)
    {
        for (var i = 0; i < Shelves; i++) context.Add(new Shelf { Name = $"Shelf {i}" });
        await context.SaveChangesAsync(cancellation);
        var first = await context.Shelves.MinAsync(static s => s.Id, cancellation);
        var numbers = context.Database.IsNpgsql() ? "SELECT i FROM generate_series(1, {0}) AS n(i)" : "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {0}) SELECT i FROM n";
        var sql = """INSERT INTO "Goods" ("Code", "Name", "Description", "Cents", "ShelfId") SELECT 'code-' || i, 'Good number ' || i, 'A good of ordinary length, as an old shop has them, number ' || i, i * 7 % 100000, {1} + i % {2} FROM (""" + numbers + ") AS m";
        // A command of its own, which no interceptor of Entity Framework sees: this is data that was there before.
        await context.Database.OpenConnectionAsync(cancellation);
        await using var command = context.Database.GetDbConnection().CreateCommand();
        command.CommandText = string.Format(CultureInfo.InvariantCulture, sql, rows, first, Shelves);
        command.CommandTimeout = 300;
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Changes goods as an application does, in large saves.</summary>
    private static async Task TouchAsync(int rows, IServiceScopeFactory scopes, CancellationToken cancellation)
    {
        for (var from = 0; from < rows; from += Chunk)
        {
            await using var scope = scopes.CreateAsyncScope();
            var context = scope.ServiceProvider.GetRequiredService<GoodsContext>();
            foreach (var good in await context.Goods.OrderBy(static g => g.Id).Skip(from).Take(Math.Min(Chunk, rows - from)).ToListAsync(cancellation)) good.Cents++;
            await context.SaveChangesAsync(cancellation);
        }
    }

    private static async Task<IResult> PutAsync(int id, long cents, GoodsContext context, CancellationToken cancellation)
    {
        if (await context.Goods.FindAsync([id], cancellation) is not { } good) return Results.NotFound();
        good.Cents = cents;
        await context.SaveChangesAsync(cancellation);
        return Results.Ok(Stopwatch.GetTimestamp());
    }
}
