using Legacy.Web.Data;
using Legacy.Web.Http;
using Legacy.Web.Paging;

namespace Legacy.Host.Reports;

internal static class ReportServices
{
    public static IServiceCollection AddReports(this IServiceCollection services) =>
        services.AddModuleContext<ReportsDbContext>().AddScoped<SalesReport>();

    public static void MapReports(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapGet("/api/reports/sales", SalesAsync).WithTags("Reports").Produces<PageOf<SalesRow>>().ProducesValidationProblem();

    private static async Task<IResult> SalesAsync(
        HttpContext context, SalesReport report, int? page, int? pageSize, int? productId, CancellationToken cancellationToken)
    {
        var errors = new Dictionary<string, string[]>();
        var wanted = PageRequest.Read(page, pageSize, errors);
        if (errors.Count > 0) return Problems.Invalid(errors);
        var answer = await report.ReadAsync(wanted, productId, cancellationToken);
        return EntityTag.Answer(context, EntityTag.OfContent(answer), answer);
    }
}
