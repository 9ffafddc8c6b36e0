using Legacy.Catalog;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Legacy.Host.Pages;

internal sealed class IndexModel(ICatalog catalog) : PageModel
{
    public IReadOnlyList<CatalogCategory> Categories { get; private set; } = [];

    public async Task OnGetAsync(CancellationToken cancellationToken) => Categories = await catalog.CategoriesAsync(cancellationToken);
}
