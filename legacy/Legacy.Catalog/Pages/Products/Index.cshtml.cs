using System.Globalization;
using Legacy.Catalog.Data;
using Legacy.Catalog.Queries;
using Legacy.Web.Paging;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace Legacy.Catalog.Pages;

internal sealed class IndexModel(ProductQueries queries, CatalogDbContext db) : PageModel
{
    private const int PageSize = 24;

    public static readonly (string Value, string Text)[] Orders =
        [("id", "Newest last"), ("name", "Name A to Z"), ("-name", "Name Z to A"), ("price", "Cheapest first"), ("-price", "Dearest first")];

    [BindProperty(SupportsGet = true)]
    public string? Search { get; set; }

    [BindProperty(SupportsGet = true)]
    public int? Category { get; set; }

    [BindProperty(SupportsGet = true)]
    public string? Sort { get; set; }

    public IReadOnlyList<Category> Categories { get; private set; } = [];

    public PageOf<Product> Products { get; private set; } = new([], 1, PageSize, 0);

    public Pager Pager => new(
        "/products",
        new Dictionary<string, string?> { ["search"] = Search, ["category"] = Category?.ToString(CultureInfo.InvariantCulture), ["sort"] = Sort },
        Products.Page, PageSize, Products.Total);

    public async Task OnGetAsync([FromQuery(Name = "page")] int? page, CancellationToken cancellationToken)
    {
        if (!ProductList.Sorts.Contains(Sort)) Sort = null;
        Categories = await db.Categories.AsNoTracking().OrderBy(one => one.Name).ToListAsync(cancellationToken);
        Products = await queries.ListAsync(
            new ProductList(Search, Category, null, Sort ?? "id"), PageRequest.Nearest(page, PageSize), cancellationToken);
    }
}
