using Microsoft.EntityFrameworkCore;
using Sync;

namespace Docs.Tests.Reference;

/// <summary>The least that sync can be added with: what it maps is asked for, nothing is started.</summary>
internal static class SampleModule
{
    public static void Map(ModuleBuilder module) => module
        .Context<SampleContext>()
        .Entity<Item, ItemChanged, ItemRemoved>(static entity => entity
            .Named("item")
            .Messages("sample.item-changed/1", "sample.item-removed/1")
            .Key(static item => item.Id)
            .ToRemoved(static id => new ItemRemoved(id))
            .ToChanged(static item => new ItemChanged(item.Id))
            .ToEntity(static changed => new Item { Id = changed.Id }));

    internal sealed class SampleContext(DbContextOptions<SampleContext> options) : DbContext(options)
    {
        public DbSet<Item> Items => Set<Item>();
    }

    internal sealed class Item
    {
        public int Id { get; init; }
    }

    internal sealed record ItemChanged(int Id);

    internal sealed record ItemRemoved(int Id);
}
