using Legacy.Ordering.Data;
using Legacy.Payments;
using Legacy.Web.Session;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace Legacy.Ordering.Pages;

internal sealed class OrderModel(OrderingDbContext db, IPayments payments) : PageModel
{
    public Order Order { get; private set; } = new();

    public string? CardEnd { get; private set; }

    public async Task<IActionResult> OnGetAsync(int id, CancellationToken cancellationToken)
    {
        var customer = User.CustomerId();
        var order = await db.Orders.AsNoTracking().Include(one => one.Lines)
            .SingleOrDefaultAsync(one => one.Id == id && one.CustomerId == customer, cancellationToken);
        if (order is null) return NotFound();
        Order = order;
        CardEnd = await payments.CardOfAsync(id, cancellationToken);
        return Page();
    }
}
