using System.Globalization;
using Legacy.Host.Reports;
using Legacy.Web.Paging;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Legacy.Host.Pages;

internal sealed class SalesModel(SalesReport report) : PageModel
{
    private const int PageSize = 25;

    public PageOf<SalesRow> Sales { get; private set; } = new([], 1, PageSize, 0);

    public Pager Pager { get; private set; } = new("/reports/sales", new Dictionary<string, string?>(), 1, PageSize, 0);

    public async Task OnGetAsync([FromQuery(Name = "page")] int? page, [FromQuery] int? productId, CancellationToken cancellationToken)
    {
        Sales = await report.ReadAsync(PageRequest.Nearest(page, PageSize), productId, cancellationToken);
        var query = new Dictionary<string, string?> { ["productId"] = productId?.ToString(CultureInfo.InvariantCulture) };
        Pager = new Pager("/reports/sales", query, Sales.Page, PageSize, Sales.Total);
    }
}
