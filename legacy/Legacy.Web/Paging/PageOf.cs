namespace Legacy.Web.Paging;

/// <summary>A page of a list, and how many items the whole list has.</summary>
public sealed record PageOf<T>(IReadOnlyList<T> Items, int Page, int PageSize, int Total);
