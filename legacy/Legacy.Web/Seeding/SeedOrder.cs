namespace Legacy.Web.Seeding;

/// <summary>An order of the sample data, as Ordering and Payments both need it.</summary>
public sealed record SeedOrder(int Id, int CustomerId, DateTime PlacedAtUtc, IReadOnlyList<SeedLine> Lines)
{
    public long TotalInCents => Lines.Sum(line => line.PriceInCents * line.Quantity);
}

public sealed record SeedLine(int ProductId, int Quantity, long PriceInCents);
