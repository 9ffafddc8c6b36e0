using Microsoft.AspNetCore.Http;

namespace Legacy.Web.Paging;

/// <summary>The links below a list: where they lead keeps the rest of the query.</summary>
public sealed record Pager(string Path, IReadOnlyDictionary<string, string?> Query, int Page, int PageSize, int Total)
{
    public int LastPage => Math.Max(1, (Total + PageSize - 1) / PageSize);

    public string Link(int page)
    {
        var query = new QueryString();
        foreach (var (name, value) in Query)
            if (!string.IsNullOrEmpty(value)) query = query.Add(name, value);
        if (page > 1) query = query.Add("page", page.ToString(System.Globalization.CultureInfo.InvariantCulture));
        return Path + query.ToUriComponent();
    }
}
