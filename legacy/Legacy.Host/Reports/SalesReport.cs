using Legacy.Catalog;
using Legacy.Web;
using Legacy.Web.Paging;
using Microsoft.EntityFrameworkCore;
using Sync;

namespace Legacy.Host.Reports;

/// <summary>A product's sales, and what it is called and costs today.</summary>
internal sealed record SalesRow(int ProductId, string Category, string Product, decimal? Price, int UnitsSold, decimal Revenue);

/// <summary>Paid sales by product, best first. Names are quoted: PostgreSQL takes others for lower case. While the catalog's tables are the monolith's own it is one join over three modules.</summary>
internal sealed class SalesReport(ReportsDbContext db, ICatalog catalog, IModuleReads reads)
{
    public async Task<PageOf<SalesRow>> ReadAsync(PageRequest page, int? productId, CancellationToken cancellationToken)
    {
        var rows = reads.ModeOf("catalog") == ModuleReadMode.Local
            ? await JoinAsync(page, productId, cancellationToken)
            : await AskAsync(page, productId, cancellationToken);
        return new PageOf<SalesRow>(rows, page.Page, page.PageSize, await CountAsync(productId, cancellationToken));
    }

    private async Task<List<SalesRow>> JoinAsync(PageRequest page, int? productId, CancellationToken cancellationToken)
    {
        var found = await db.Database.SqlQuery<JoinedSales>(
            $"""
            SELECT s."ProductId", s."SoldAs", s."Units", s."Cents", p."Name" AS "ProductName", p."Price" AS "PriceCents", c."Name" AS "CategoryName"
            FROM (
                SELECT l."ProductId", MAX(l."ProductName") AS "SoldAs",
                    CAST(SUM(l."Quantity") AS int) AS "Units", CAST(SUM(l."Quantity" * l."Price") AS bigint) AS "Cents"
                FROM ordering_lines l
                JOIN payments_payments y ON y."OrderId" = l."OrderId"
                WHERE CAST({productId} AS int) IS NULL OR l."ProductId" = {productId}
                GROUP BY l."ProductId"
            ) s
            LEFT JOIN catalog_products p ON p."Id" = s."ProductId"
            LEFT JOIN catalog_categories c ON c."Id" = p."CategoryId"
            """).OrderByDescending(one => one.Cents).ThenBy(one => one.ProductId).Skip(page.Skip).Take(page.PageSize).ToListAsync(cancellationToken);
        return [.. found.Select(one => Row(one.ProductId, one.SoldAs, one.Units, one.Cents, one.CategoryName, one.ProductName,
            one.PriceCents is { } cents ? Money.FromCents(cents) : null))];
    }

    private async Task<List<SalesRow>> AskAsync(PageRequest page, int? productId, CancellationToken cancellationToken)
    {
        var found = await db.Database.SqlQuery<Sales>(
            $"""
            SELECT l."ProductId", MAX(l."ProductName") AS "SoldAs",
                CAST(SUM(l."Quantity") AS int) AS "Units", CAST(SUM(l."Quantity" * l."Price") AS bigint) AS "Cents"
            FROM ordering_lines l
            JOIN payments_payments y ON y."OrderId" = l."OrderId"
            WHERE CAST({productId} AS int) IS NULL OR l."ProductId" = {productId}
            GROUP BY l."ProductId"
            """).OrderByDescending(one => one.Cents).ThenBy(one => one.ProductId).Skip(page.Skip).Take(page.PageSize).ToListAsync(cancellationToken);
        var products = (await catalog.FindAsync([.. found.Select(one => one.ProductId)], cancellationToken)).ToDictionary(one => one.Id);
        return [.. found.Select(one =>
        {
            var product = products.GetValueOrDefault(one.ProductId);
            return Row(one.ProductId, one.SoldAs, one.Units, one.Cents, product?.Category, product?.Name, product?.Price);
        })];
    }

    private Task<int> CountAsync(int? productId, CancellationToken cancellationToken) => db.Database.SqlQuery<int>(
        $"""
        SELECT CAST(COUNT(DISTINCT l."ProductId") AS int) AS "Value"
        FROM ordering_lines l JOIN payments_payments y ON y."OrderId" = l."OrderId"
        WHERE CAST({productId} AS int) IS NULL OR l."ProductId" = {productId}
        """).SingleAsync(cancellationToken);

    // A product that is gone keeps the name under which it was sold.
    private static SalesRow Row(int id, string soldAs, int units, long cents, string? category, string? name, decimal? price) =>
        new(id, category ?? "(removed)", name ?? soldAs, price, units, Money.FromCents(cents));

    private sealed record Sales(int ProductId, string SoldAs, int Units, long Cents);

    private sealed record JoinedSales(
        int ProductId, string SoldAs, int Units, long Cents, string? ProductName, long? PriceCents, string? CategoryName);
}
