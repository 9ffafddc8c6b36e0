using System.Collections.Concurrent;
using Docs.Tests.Pages;

namespace Docs.Tests;

/// <summary>Looks at pages one by one and remembers which were in order, so that the date is set on those.</summary>
internal static class PageCheck
{
    private static readonly ConcurrentDictionary<(string Page, string Check), bool> Outcomes = new();

    /// <summary>Fails with all errors of all pages.</summary>
    public static void Run(string check, IEnumerable<Page> pages, Func<Page, IEnumerable<string>> errorsOf)
    {
        var errors = new List<string>();
        foreach (var page in pages)
        {
            var found = errorsOf(page).ToList();
            Note(check, page, found.Count == 0);
            errors.AddRange(found);
        }

        Assert.IsEmpty(errors, "\n" + string.Join('\n', errors));
    }

    public static void Note(string check, Page page, bool passed) =>
        Outcomes.AddOrUpdate((page.Path, check), passed, (_, before) => before && passed);

    /// <summary>True if each of these checks looked at the page in this run and found it in order.</summary>
    public static bool HasPassed(Page page, params IEnumerable<string> checks) =>
        checks.All(check => Outcomes.GetValueOrDefault((page.Path, check)));
}
