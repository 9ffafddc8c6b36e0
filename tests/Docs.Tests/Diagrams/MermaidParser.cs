using Microsoft.Playwright;

namespace Docs.Tests.Diagrams;

/// <summary>Mermaid itself, in a browser, as it needs one.</summary>
internal sealed class MermaidParser : IAsyncDisposable
{
    public const string Version = "11.17.2";
    private const string Install = ".ci/install-mermaid";
    private readonly IPlaywright _playwright;
    private readonly IBrowser _browser;
    private readonly IPage _page;

    private MermaidParser(IPlaywright playwright, IBrowser browser, IPage page) =>
        (_playwright, _browser, _page) = (playwright, browser, page);

    /// <summary>Where <c>.ci/install-mermaid</c> puts the one file that is needed.</summary>
    public static string Script
    {
        get
        {
            var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
            var cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } set ? set : Path.Combine(home, ".cache");
            return Path.Combine(cache, "strangler", $"mermaid-{Version}", "mermaid.min.js");
        }
    }

    /// <summary>What to do where the parser cannot run; null where it can.</summary>
    public static string? FindMissing()
    {
        if (!File.Exists(Chromium))
        {
            return $"There is no {Chromium}: apt-get install chromium";
        }

        return File.Exists(Script) ? null : $"There is no {Script}: {Install}";
    }

    public static async Task<MermaidParser> StartAsync()
    {
        var playwright = await Playwright.CreateAsync();
        try
        {
            // The sandbox does not start for root, as whom containers run.
            string[] arguments = Environment.UserName == "root" ? ["--no-sandbox"] : [];
            var options = new BrowserTypeLaunchOptions { ExecutablePath = Chromium, Args = arguments, Timeout = 120_000 };
            var browser = await playwright.Chromium.LaunchAsync(options);
            var page = await browser.NewPageAsync();
            await page.AddScriptTagAsync(new() { Path = Script });
            return new MermaidParser(playwright, browser, page);
        }
        catch
        {
            playwright.Dispose();
            throw;
        }
    }

    /// <summary>What is wrong with a diagram; null if nothing is.</summary>
    public Task<string?> FindErrorAsync(string diagram) =>
        _page.EvaluateAsync<string?>(
            "text => mermaid.parse(text).then(() => null, error => String(error.message ?? error))",
            diagram
        );

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
    }

    private static string Chromium => Environment.GetEnvironmentVariable("CHROMIUM") ?? "/usr/bin/chromium";
}
