using Microsoft.Playwright;

namespace Docs.Tests.Pictures;

/// <summary>Debian's Chromium, steered by Playwright. Another one is named by the variable <c>CHROMIUM</c>.</summary>
internal sealed class Browser : IAsyncDisposable
{
    private readonly IPlaywright _playwright;
    private readonly IBrowser _browser;

    private Browser(IPlaywright playwright, IBrowser browser)
    {
        _playwright = playwright;
        _browser = browser;
    }

    public static async Task<Browser> StartAsync()
    {
        var chromium = Environment.GetEnvironmentVariable("CHROMIUM") ?? "/usr/bin/chromium";
        Assert.IsTrue(File.Exists(chromium), $"There is no {chromium}. Install it (apt-get install chromium), or name another one in the variable CHROMIUM.");
        var playwright = await Playwright.CreateAsync();
        try
        {
            // The sandbox refuses to start for root, as whom containers run.
            string[] arguments = Environment.UserName == "root" ? ["--no-sandbox"] : [];
            return new Browser(playwright, await playwright.Chromium.LaunchAsync(new() { ExecutablePath = chromium, Args = arguments, Timeout = 120_000 }));
        }
        catch
        {
            playwright.Dispose();
            throw;
        }
    }

    /// <summary>A window of a size that fits a page of documentation. It looks the same wherever it is opened.</summary>
    public async Task<Window> OpenAsync(Uri site)
    {
        var context = await _browser.NewContextAsync(new()
        {
            BaseURL = site.ToString(),
            ViewportSize = new() { Width = 1200, Height = 780 },
            ColorScheme = ColorScheme.Light,
            Locale = "en-US",
            TimezoneId = "UTC",
        });
        return new Window(await context.NewPageAsync());
    }

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
    }
}
