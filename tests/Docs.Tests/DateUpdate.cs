using Docs.Tests.Form;
using Docs.Tests.Pages;
using TestKit.Processes;

namespace Docs.Tests;

/// <summary>With <c>UPDATE_DOCS=dates</c>, sets the date of every page whose checks have all passed in this run.</summary>
[TestClass]
public static class DateUpdate
{
    public static bool IsAsked => Asked.Contains("dates");

    /// <summary>True unless this run is to change files.</summary>
    public static bool IsPlain => Asked.Length == 0;

    private static string[] Asked { get; } =
        (Environment.GetEnvironmentVariable("UPDATE_DOCS") ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    [AssemblyInitialize]
    public static void Begin(TestContext context) => DocumentationFiles.Remember();

    [AssemblyCleanup]
    public static void End()
    {
        if (IsAsked)
        {
            SetDates(DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime));
        }
    }

    private static void SetDates(DateOnly date)
    {
        foreach (var page in Documentation.Pages.Where(page => !PageKinds.IsRecord(page)))
        {
            var passed = PageCheck.HasPassed(page, CheckNames.Of(page)) && IsAsChecked(page);
            Console.WriteLine($"{page.Path}: {(passed ? $"checked on {date:yyyy-MM-dd}" : "not all of its checks passed in this run")}");
            if (passed)
            {
                File.WriteAllText(RepositoryRoot.File(page.Path), PageDate.Set(page, date));
            }
        }
    }

    // Somebody may have written on while the tests ran.
    private static bool IsAsChecked(Page page) =>
        File.ReadAllText(RepositoryRoot.File(page.Path)).ReplaceLineEndings("\n") == page.Text;
}
