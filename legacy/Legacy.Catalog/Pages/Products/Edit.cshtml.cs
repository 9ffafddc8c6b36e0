using System.Globalization;
using Legacy.Catalog.Data;
using Legacy.Web.Session;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.Mvc.Rendering;
using Microsoft.EntityFrameworkCore;

namespace Legacy.Catalog.Pages;

[Authorize(Policy = Shopper.StaffPolicy)]
internal sealed class EditModel(CatalogDbContext db) : PageModel
{
    [BindProperty]
    public EditInput Input { get; set; } = new();

    public int Id { get; private set; }

    public string Heading { get; private set; } = "";

    public IReadOnlyList<SelectListItem> Categories { get; private set; } = [];

    public async Task<IActionResult> OnGetAsync(int id, CancellationToken cancellationToken)
    {
        if (await db.Products.FindAsync([id], cancellationToken) is not { } product) return NotFound();
        Input = EditInput.Of(product);
        return await FormAsync(product, cancellationToken);
    }

    public async Task<IActionResult> OnPostAsync(int id, CancellationToken cancellationToken)
    {
        if (await db.Products.FindAsync([id], cancellationToken) is not { } product) return NotFound();
        var heading = product.Name;
        if (product.Version != Input.Version) ModelState.AddModelError("", "The product has changed since this form was opened.");
        if (!await db.Categories.AnyAsync(one => one.Id == Input.CategoryId, cancellationToken))
            ModelState.AddModelError("Input.CategoryId", "There is no such category.");
        if (!ModelState.IsValid) return await FormAsync(product, cancellationToken);

        Input.CopyTo(product);
        if (db.ChangeTracker.HasChanges()) product.Version++;
        switch (await db.TrySaveAsync(cancellationToken))
        {
            case SaveOutcome.Saved:
                return Redirect($"/products/{id}");
            case SaveOutcome.Changed:
                ModelState.AddModelError("", "The product has changed since this form was opened.");
                break;
            default:
                ModelState.AddModelError("Input.Sku", "Another product has this SKU.");
                break;
        }

        product.Name = heading;
        return await FormAsync(product, cancellationToken);
    }

    private async Task<PageResult> FormAsync(Product product, CancellationToken cancellationToken)
    {
        (Id, Heading) = (product.Id, product.Name);
        Categories = await db.Categories.AsNoTracking().OrderBy(one => one.Name)
            .Select(one => new SelectListItem(one.Name, one.Id.ToString(CultureInfo.InvariantCulture))).ToListAsync(cancellationToken);
        return Page();
    }
}
