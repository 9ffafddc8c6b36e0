namespace Catalog.Service.Web.Paging;

/// <summary>A page of a list, and how many items the whole list has.</summary>
internal sealed record PageOf<T>(IReadOnlyList<T> Items, int Page, int PageSize, int Total);
