using Microsoft.Playwright;
using TestKit.Processes;

namespace Docs.Tests.Pictures;

/// <summary>The screenshots of the documentation. <c>UPDATE_DOCS=pictures</c> takes them anew; otherwise they only have to be there.</summary>
internal static class Picture
{
    /// <summary>No page should be slow to open because of one.</summary>
    private const int MostBytes = 150_000;

    private static string Folder => RepositoryRoot.File("docs/pictures");

    private static bool Updates => Environment.GetEnvironmentVariable("UPDATE_DOCS")?.Split(',').Contains("pictures") is true;

    /// <summary>Takes what the window shows, or only one part of it.</summary>
    public static async Task TakeAsync(Window window, string name, ILocator? part = null)
    {
        var file = Path.Combine(Folder, name);
        if (Updates)
        {
            Directory.CreateDirectory(Folder);
            if (part is null) await window.Page.ScreenshotAsync(new() { Path = file, Animations = ScreenshotAnimations.Disabled });
            else await part.ScreenshotAsync(new() { Path = file, Animations = ScreenshotAnimations.Disabled });
        }

        AssertIsThere(file);
    }

    public static IEnumerable<string> Names => Directory.EnumerateFiles(Folder, "*.png").Select(static file => Path.GetFileName(file));

    private static void AssertIsThere(string file)
    {
        Assert.IsTrue(File.Exists(file), $"{file} is missing. Take it: UPDATE_DOCS=pictures dotnet test tests/Docs.Tests --filter PictureTests");
        Assert.IsLessThanOrEqualTo(MostBytes, new FileInfo(file).Length, $"{file} is too large.");
    }
}
