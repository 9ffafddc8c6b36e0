using Legacy.Web.Session;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Legacy.Ordering.Pages;

internal sealed class CartModel(CartView view) : PageModel
{
    public IReadOnlyList<CartLine> Lines { get; private set; } = [];

    public async Task OnGetAsync(CancellationToken cancellationToken) => Lines = await view.ReadAsync(Request, cancellationToken);

    public IActionResult OnPostAdd(int productId, int quantity)
    {
        if (productId < 1 || quantity is < 1 or > CartCookie.MostPerLine) return BadRequest();
        var cart = CartCookie.Read(Request).ToDictionary();
        cart[productId] = cart.GetValueOrDefault(productId) + quantity;
        CartCookie.Write(Response, cart);
        return Redirect("/cart");
    }

    public IActionResult OnPostUpdate(Dictionary<int, int> quantity)
    {
        CartCookie.Write(Response, quantity);
        return Redirect("/cart");
    }
}
