using Microsoft.EntityFrameworkCore;
using Sync;

namespace Benchmarks.Goods;

/// <summary>A module of ordinary shape: a parent, a child with a unique code, a foreign key and a handful of columns.</summary>
internal sealed class GoodsContext(DbContextOptions<GoodsContext> options) : DbContext(options)
{
    public DbSet<Shelf> Shelves => Set<Shelf>();

    public DbSet<Good> Goods => Set<Good>();

    public static void Declare(ModuleBuilder module) => module
        .Context<GoodsContext>()
        .Entity<Shelf, ShelfChanged, ShelfRemoved>(static e => e
            .Named("shelf").Messages("goods.shelf-changed/1", "goods.shelf-removed/1")
            .Key(static s => s.Id)
            .ToChanged(static s => new ShelfChanged(s.Id, s.Name))
            .ToRemoved(static id => new ShelfRemoved(id))
            .ToEntity(static m => new Shelf { Id = m.Id, Name = m.Name }))
        .Entity<Good, GoodChanged, GoodRemoved>(static e => e
            .Named("good").Messages("goods.good-changed/1", "goods.good-removed/1")
            .Key(static g => g.Id)
            .ToChanged(static g => new GoodChanged(g.Id, g.Code, g.Name, g.Description, g.Cents, g.ShelfId))
            .ToRemoved(static id => new GoodRemoved(id))
            .ToEntity(static m => new Good { Id = m.Id, Code = m.Code, Name = m.Name, Description = m.Description, Cents = m.Cents, ShelfId = m.ShelfId }));

    protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.Entity<Good>(static good =>
    {
        good.Property(static g => g.Code).HasMaxLength(40);
        good.HasIndex(static g => g.Code).IsUnique();
        good.HasOne<Shelf>().WithMany().HasForeignKey(static g => g.ShelfId).OnDelete(DeleteBehavior.Restrict);
    });
}

internal sealed class Shelf
{
    public int Id { get; set; }

    public required string Name { get; set; }
}

internal sealed class Good
{
    public int Id { get; set; }

    public required string Code { get; set; }

    public required string Name { get; set; }

    public required string Description { get; set; }

    public long Cents { get; set; }

    public int ShelfId { get; set; }
}

internal sealed record ShelfChanged(int Id, string Name);

internal sealed record ShelfRemoved(int Id);

internal sealed record GoodChanged(int Id, string Code, string Name, string Description, long Cents, int ShelfId);

internal sealed record GoodRemoved(int Id);
