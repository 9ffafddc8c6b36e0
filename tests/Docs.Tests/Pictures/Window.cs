using Microsoft.Playwright;

namespace Docs.Tests.Pictures;

/// <summary>A page of the browser that notes what goes wrong in it: errors on the console and in scripts, requests that fail.</summary>
internal sealed class Window
{
    private readonly List<string> _faults = [];

    public Window(IPage page)
    {
        Page = page;
        page.SetDefaultTimeout(60_000);
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning") _faults.Add($"console: {message.Text}");
        };
        page.PageError += (_, error) => _faults.Add($"script: {error}");
        page.RequestFailed += (_, request) => _faults.Add($"{request.Method} {request.Url}: {request.Failure}");
        page.Response += (_, response) =>
        {
            if (response.Status >= 400) _faults.Add($"{response.Request.Method} {response.Url}: {response.Status}");
        };
    }

    public IPage Page { get; }

    public async Task GoToAsync(string path)
    {
        await Page.GotoAsync(path);
        await Page.WaitForLoadStateAsync(LoadState.NetworkIdle);
    }

    /// <summary>Shows what is so now, and not what was so when the page last refreshed itself.</summary>
    public async Task ReloadAsync()
    {
        await Page.ReloadAsync();
        await Page.WaitForLoadStateAsync(LoadState.NetworkIdle);
    }

    /// <summary>Waits until every text can be seen, then looks whether anything went wrong.</summary>
    public async Task ShowsAsync(params string[] texts)
    {
        foreach (var text in texts) await Assertions.Expect(Page.GetByText(text).Filter(new() { Visible = true }).First).ToBeVisibleAsync(new() { Timeout = 60_000 });
        Assert.IsEmpty(_faults, $"{Page.Url}\n{string.Join('\n', _faults)}");
    }
}
