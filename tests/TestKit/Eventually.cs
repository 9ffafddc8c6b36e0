using System.Diagnostics;

namespace TestKit;

/// <summary>Polls for a condition instead of sleeping, and fails with what was seen last.</summary>
public static class Eventually
{
    public static async Task<T> GetAsync<T>(Func<Task<T>> look, Func<T, bool> accept, TimeSpan? limit = null, string? what = null)
    {
        var watch = Stopwatch.StartNew();
        var within = limit ?? TimeSpan.FromSeconds(60);
        object? last = null;
        while (true)
        {
            try
            {
                var seen = await look();
                if (accept(seen)) return seen;
                last = seen;
            }
            catch (Exception error) when (error is HttpRequestException or IOException or TaskCanceledException)
            {
                last = error;
            }

            if (watch.Elapsed > within)
                throw new TimeoutException($"{what ?? "The condition"} did not hold within {within.TotalSeconds:0.#} s. Last seen: {last}");
            await Task.Delay(20);
        }
    }

    public static Task TrueAsync(Func<Task<bool>> condition, TimeSpan? limit = null, string? what = null) =>
        GetAsync(condition, static holds => holds, limit, what);

    public static Task TrueAsync(Func<bool> condition, TimeSpan? limit = null, string? what = null) =>
        GetAsync(() => Task.FromResult(condition()), static holds => holds, limit, what);
}
