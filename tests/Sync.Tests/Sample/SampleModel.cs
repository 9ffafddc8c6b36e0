using Microsoft.EntityFrameworkCore;

namespace Sync.Tests.Sample;

/// <summary>A parent, a child with a unique value and money in cents, an owned value, and a column that no message carries.</summary>
public sealed class Shelf
{
    public int Id { get; set; }

    public required string Name { get; set; }

    public Place Place { get; set; } = new();

    /// <summary>The shelf that this one stands in: rows that refer to rows of their own table.</summary>
    public int? WithinId { get; set; }
}

public sealed class Place
{
    public int Row { get; set; }
}

public sealed class Item
{
    public int Id { get; set; }

    public required string Code { get; set; }

    public int ShelfId { get; set; }

    public decimal Price { get; set; }

    public string? Seen { get; set; }
}

public sealed record ShelfChanged(int Id, string Name, int Row, int? WithinId = null);

public sealed record ShelfRemoved(int Id);

public sealed record ItemChanged(int Id, string Code, int ShelfId, decimal Price);

public sealed record ItemRemoved(int Id);

public sealed class SampleContext(DbContextOptions<SampleContext> options) : DbContext(options)
{
    public DbSet<Shelf> Shelves => Set<Shelf>();

    public DbSet<Item> Items => Set<Item>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<Shelf>().OwnsOne(shelf => shelf.Place);
        modelBuilder.Entity<Shelf>().HasOne<Shelf>().WithMany().HasForeignKey(shelf => shelf.WithinId).OnDelete(DeleteBehavior.Restrict);
        modelBuilder.Entity<Item>(item =>
        {
            item.HasIndex(i => i.Code).IsUnique();
            item.Property(i => i.Price).HasConversion(price => (long)(price * 100), cents => cents / 100m);
            item.HasOne<Shelf>().WithMany().HasForeignKey(i => i.ShelfId).OnDelete(DeleteBehavior.Restrict);
        });
    }

    public static void Declare(ModuleBuilder module) => module
        .Context<SampleContext>()
        .Entity<Shelf, ShelfChanged, ShelfRemoved>(e => e
            .Named("shelf").Messages("sample.shelf-changed/1", "sample.shelf-removed/1")
            .Key(s => s.Id)
            .ToChanged(s => new ShelfChanged(s.Id, s.Name, s.Place.Row, s.WithinId))
            .ToRemoved(id => new ShelfRemoved(id))
            .ToEntity(m => new Shelf { Id = m.Id, Name = m.Name, Place = new Place { Row = m.Row }, WithinId = m.WithinId }))
        .Entity<Item, ItemChanged, ItemRemoved>(e => e
            .Named("item").Messages("sample.item-changed/1", "sample.item-removed/1")
            .Key(i => i.Id)
            .ToChanged(i => new ItemChanged(i.Id, i.Code, i.ShelfId, i.Price))
            .ToRemoved(id => new ItemRemoved(id))
            .ToEntity(m => new Item { Id = m.Id, Code = m.Code, ShelfId = m.ShelfId, Price = m.Price })
            .Keep(i => i.Seen));
}

/// <summary>Another module's context on the same file: it shares transactions, and reads what is not its own.</summary>
public sealed class OtherContext(DbContextOptions<OtherContext> options) : DbContext(options)
{
    public DbSet<Note> Notes => Set<Note>();
}

public sealed class Note
{
    public int Id { get; set; }

    public required string Text { get; set; }
}
