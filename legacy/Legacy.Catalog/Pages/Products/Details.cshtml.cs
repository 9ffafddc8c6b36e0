using Legacy.Catalog.Data;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace Legacy.Catalog.Pages;

internal sealed class DetailsModel(CatalogDbContext db) : PageModel
{
    public Product Product { get; private set; } = new();

    public Category Category { get; private set; } = new();

    public async Task<IActionResult> OnGetAsync(int id, CancellationToken cancellationToken)
    {
        var found = await (from product in db.Products.AsNoTracking()
                           join category in db.Categories on product.CategoryId equals category.Id
                           where product.Id == id
                           select new { product, category }).SingleOrDefaultAsync(cancellationToken);
        if (found is null) return NotFound();
        (Product, Category) = (found.product, found.category);
        return Page();
    }
}
