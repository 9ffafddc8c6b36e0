namespace Legacy.Web.Seeding;

/// <summary>
/// The facts of the sample data that several modules' seeds share, each computed from its number alone: the same on every machine,
/// and no module has to ask another for its rows.
/// </summary>
public sealed class SeedPlan(int products)
{
    public const int Categories = 20;
    public const int Customers = 200;
    public const int Orders = 2_000;

    public static readonly DateTime Start = new(2026, 1, 1, 8, 0, 0, DateTimeKind.Utc);

    private static readonly string[] _names =
    [
        "Kettles", "Lamps", "Chairs", "Desks", "Rugs", "Mugs", "Pans", "Knives", "Towels", "Pillows",
        "Backpacks", "Tents", "Bottles", "Helmets", "Gloves", "Notebooks", "Pens", "Speakers", "Keyboards", "Clocks",
    ];

    private static readonly string[] _makes = ["Alder", "Birch", "Cedar", "Delta", "Ember", "Fjord", "Grove", "Haven", "Iris", "Juniper"];
    private static readonly string[] _kinds = ["Classic", "Compact", "Travel", "Studio", "Family", "Light", "Heavy", "Quiet", "Garden", "Mini"];

    public int Products { get; } = products;

    public static string CategoryName(int category) => _names[category - 1];

    public static int CategoryOf(int product) => ((product - 1) % Categories) + 1;

    public static string Sku(int product) => $"SKU-{product:D6}";

    public static string ProductName(int product)
    {
        var series = (product - 1) / Categories;
        return $"{_makes[series % _makes.Length]} {_kinds[series / _makes.Length % _kinds.Length]} {One(CategoryName(CategoryOf(product)))} {product}";
    }

    private static string One(string many) => many == "Knives" ? "Knife" : many[..^1];

    public static long PriceInCents(int product) => 499 + (long)(Mix(product) % 20_000);

    /// <summary>Order <paramref name="id"/>: one to three different products, mostly of the first thousand.</summary>
    public SeedOrder Order(int id)
    {
        var mix = Mix(id + 1_000_000_000L);
        var lines = new List<SeedLine>();
        for (var line = 0; line <= (int)(mix % 3) && line < Products; line++)
        {
            var product = 1 + (int)(Mix(id * 31L + line) % (ulong)Math.Min(Products, 1_000));
            if (lines.TrueForAll(one => one.ProductId != product))
                lines.Add(new SeedLine(product, 1 + (int)(Mix(id * 37L + line) % 4), PriceInCents(product)));
        }

        return new SeedOrder(id, 1 + (int)(mix / 3 % Customers), Start.AddMinutes(id * 97L), lines);
    }

    public static string Email(int customer) => $"customer{customer}@shop.example";

    /// <summary>The numbers of one stream: SplitMix64, fixed for ever (System.Random promises no stable sequence).</summary>
    public static ulong Mix(long value)
    {
        var z = unchecked((ulong)value * 0x9E3779B97F4A7C15UL);
        z = unchecked((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL);
        z = unchecked((z ^ (z >> 27)) * 0x94D049BB133111EBUL);
        return z ^ (z >> 31);
    }
}
