using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Sync.Tests.Sample;

namespace Sync.Tests.DryRuns;

/// <summary>Writes of every kind that a host may make.</summary>
internal static class Writes
{
    public static void Map(WebApplication app)
    {
        app.MapPut("/items/{id:int}", async (int id, ItemChanged changed, SampleContext context) =>
        {
            if (await context.Items.FindAsync(id) is not { } item) return Results.NotFound();
            (item.Code, item.Price) = (changed.Code, changed.Price);
            await context.SaveChangesAsync();
            return Results.Ok(await context.Items.AsNoTracking().Where(one => one.Id == id).Select(one => one.Code).SingleAsync());
        });
        app.MapDelete("/items/{id:int}", async (int id, SampleContext context) =>
        {
            if (await context.Items.FindAsync(id) is not { } item) return Results.NotFound();
            context.Remove(item);
            await context.SaveChangesAsync();
            return Results.NoContent();
        });
        // A unique value that is taken, and then another try.
        app.MapPost("/items-or-other", async (ItemChanged changed, SampleContext context) =>
        {
            var item = new Item { Code = changed.Code, ShelfId = changed.ShelfId };
            context.Add(item);
            try
            {
                await context.SaveChangesAsync();
            }
            catch (DbUpdateException)
            {
                item.Code += "-other";
                await context.SaveChangesAsync();
            }

            return Results.Ok(await context.Items.CountAsync());
        });
        app.MapPost("/items-twice", async (ItemChanged changed, SampleContext context, SyncDatabase database) =>
        {
            using var turn = await database.EnterWriteAsync();
            var before = await context.Items.CountAsync();
            await using (var transaction = await context.Database.BeginTransactionAsync())
            {
                context.Add(new Item { Code = changed.Code + "-1", ShelfId = 1 });
                await context.SaveChangesAsync();
                context.Add(new Item { Code = changed.Code + "-2", ShelfId = 1 });
                await context.SaveChangesAsync();
                await transaction.CommitAsync();
                return Results.Ok(await context.Items.CountAsync() - before);
            }
        });
        app.MapPost("/items-then-read", async (ItemChanged changed, SampleContext context) =>
        {
            await using (var transaction = await context.Database.BeginTransactionAsync())
            {
                context.Add(new Item { Code = changed.Code, ShelfId = 1 });
                await context.SaveChangesAsync();
                await transaction.CommitAsync();
            }

            return Results.Ok(await context.Items.CountAsync());
        });
        app.MapPost("/items-undone-then-made", async (ItemChanged changed, SampleContext context) =>
        {
            context.Add(new Item { Code = changed.Code + "-before", ShelfId = 1 });
            await context.SaveChangesAsync();
            var transaction = await context.Database.BeginTransactionAsync();
            context.Add(new Item { Code = changed.Code + "-undone", ShelfId = 1 });
            await context.SaveChangesAsync();
            await transaction.RollbackAsync();
            return Results.Ok(await context.Items.CountAsync(item => item.Code.StartsWith(changed.Code)));
        });
        app.MapPost("/items-left-uncommitted", async (ItemChanged changed, SampleContext context) =>
        {
            await using (await context.Database.BeginTransactionAsync())
            {
                context.Add(new Item { Code = changed.Code, ShelfId = 1 });
                await context.SaveChangesAsync();
            }

            return Results.Ok(await context.Items.CountAsync());
        });
        app.MapPost("/notes-and-items", async (ItemChanged changed, OtherContext other, SampleContext context) =>
        {
            other.Add(new Note { Text = changed.Code });
            await other.SaveChangesAsync();
            context.Add(new Item { Code = changed.Code, ShelfId = 1 });
            await context.SaveChangesAsync();
            other.Add(new Note { Text = changed.Code + " again" });
            await other.SaveChangesAsync();
            return Results.Ok(await other.Notes.CountAsync());
        });
        app.MapPost("/items-and-fail", async (ItemChanged changed, SampleContext context) =>
        {
            context.Add(new Item { Code = changed.Code, ShelfId = 1 });
            await context.SaveChangesAsync();
            throw new InvalidOperationException("The handler fails.");
        });
        app.MapPost("/prices", async (SampleContext context) => Results.Ok(await context.Items.ExecuteUpdateAsync(items => items.SetProperty(item => item.Price, 99m))));
        app.MapPost("/items-in-a-raw-transaction", async (SampleContext context) =>
        {
            await context.Database.OpenConnectionAsync();
            await using var transaction = await context.Database.GetDbConnection().BeginTransactionAsync();
            await context.Database.UseTransactionAsync(transaction);
            context.Add(new Item { Code = "raw", ShelfId = 1 });
            await context.SaveChangesAsync();
            await transaction.CommitAsync();
        });
        app.MapPost("/mail", async (SampleContext context, IDryRun dryRun) =>
        {
            context.Add(new Item { Code = "mailed", ShelfId = 1 });
            await context.SaveChangesAsync();
            dryRun.Refuse("it sends a mail");
            return Results.Ok("sent");
        });
        app.MapPost("/charge", () => "charged").WithoutDryRun("it charges a card");
        app.MapPost("/call", async (IHttpClientFactory clients) =>
        {
            using var client = clients.CreateClient();
            using var answer = await client.PostAsync(new Uri("http://127.0.0.1:9/"), null);
            return Results.StatusCode((int)answer.StatusCode);
        });
    }
}
