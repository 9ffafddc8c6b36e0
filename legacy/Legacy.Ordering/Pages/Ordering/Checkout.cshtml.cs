using System.ComponentModel.DataAnnotations;
using Legacy.Ordering.Checkout;
using Legacy.Payments;
using Legacy.Web.Session;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Legacy.Ordering.Pages;

internal sealed class CheckoutInput
{
    /// <summary>Names this form, so that a second click on the button does not order twice.</summary>
    [Required, StringLength(60)]
    public string Attempt { get; set; } = Guid.NewGuid().ToString("N");

    [Required]
    public string CardNumber { get; set; } = "";
}

internal sealed class CheckoutModel(CartView view, CheckoutDesk desk) : PageModel
{
    [BindProperty]
    public CheckoutInput Input { get; set; } = new();

    public IReadOnlyList<CartLine> Lines { get; private set; } = [];

    public async Task OnGetAsync(CancellationToken cancellationToken) => Lines = await view.ReadAsync(Request, cancellationToken);

    public async Task<IActionResult> OnPostAsync(CancellationToken cancellationToken)
    {
        Lines = await view.ReadAsync(Request, cancellationToken);
        if (!CardNumber.IsPlausible(Input.CardNumber)) ModelState.AddModelError("Input.CardNumber", "A card number has 12 to 19 digits.");
        if (!ModelState.IsValid || Lines.Count == 0) return Page();

        var wanted = Lines.Select(line => new WantedLine(line.Product.Id, line.Quantity)).ToList();
        var result = await desk.PlaceAsync(
            new PlaceOrder(User.CustomerId() ?? 0, wanted, Input.CardNumber, $"page-{Input.Attempt}"), cancellationToken);
        if (result.Order is null)
        {
            ModelState.AddModelError("", result.Detail);
            return Page();
        }

        CartCookie.Write(Response, []);
        return Redirect($"/orders/{result.Order.Id}");
    }
}
