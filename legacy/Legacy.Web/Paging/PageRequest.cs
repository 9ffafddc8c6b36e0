namespace Legacy.Web.Paging;

/// <summary>Which page of a list is asked for. Pages are numbered from 1.</summary>
public sealed record PageRequest(int Page, int PageSize)
{
    public const int DefaultSize = 20;
    public const int GreatestSize = 100;

    public int Skip => (Page - 1) * PageSize;

    /// <summary>Reads the query's values; what is wrong with them is added to <paramref name="errors"/>.</summary>
    public static PageRequest Read(int? page, int? pageSize, IDictionary<string, string[]> errors)
    {
        ArgumentNullException.ThrowIfNull(errors);
        if (page is < 1 or > 1_000_000) errors["page"] = ["The page must lie between 1 and 1000000."];
        if (pageSize is < 1 or > GreatestSize) errors["pageSize"] = [$"The page size must lie between 1 and {GreatestSize}."];
        return new PageRequest(page ?? 1, pageSize ?? DefaultSize);
    }

    /// <summary>For pages in the browser: a wrong number in the address shows the nearest page instead of an error.</summary>
    public static PageRequest Nearest(int? page, int pageSize) => new(Math.Clamp(page ?? 1, 1, 1_000_000), pageSize);
}
