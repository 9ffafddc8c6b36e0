using Legacy.Ordering.Data;
using Legacy.Web.Paging;
using Legacy.Web.Session;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace Legacy.Ordering.Pages;

internal sealed class OrdersModel(OrderingDbContext db) : PageModel
{
    private const int PageSize = 20;

    public PageOf<Order> Orders { get; private set; } = new([], 1, PageSize, 0);

    public Pager Pager => new("/orders", new Dictionary<string, string?>(), Orders.Page, PageSize, Orders.Total);

    public async Task OnGetAsync([FromQuery(Name = "page")] int? page, CancellationToken cancellationToken)
    {
        var wanted = PageRequest.Nearest(page, PageSize);
        var customer = User.CustomerId();
        var orders = db.Orders.AsNoTracking().Where(order => order.CustomerId == customer);
        var total = await orders.CountAsync(cancellationToken);
        var items = await orders.OrderByDescending(order => order.Id).Skip(wanted.Skip).Take(PageSize).ToListAsync(cancellationToken);
        Orders = new PageOf<Order>(items, wanted.Page, PageSize, total);
    }
}
