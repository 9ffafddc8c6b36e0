using System.Net;
using Strangler.Cli.Running;

namespace Strangler.Cli.Up;

/// <summary>Asks a process until it answers that it is ready.</summary>
internal static class Health
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    public static async Task WaitAsync(HttpClient client, ChildProcess process, TimeSpan limit, CancellationToken cancellation)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var seen = await AskAsync(client, process.HealthUrl, cancellation);
            if (seen is null) return;
            if (TimeProvider.System.GetElapsedTime(began) > limit)
                throw new CommandFailure($"'{process.Name}' was not ready within {limit.TotalSeconds:0} s: {process.HealthUrl} {seen}. Its output: {process.LogFile}");
            await Task.Delay(Pause, cancellation);
        }
    }

    /// <returns>Null when ready, else what was seen.</returns>
    private static async Task<string?> AskAsync(HttpClient client, string url, CancellationToken cancellation)
    {
        try
        {
            using var answer = await client.GetAsync(new Uri(url), HttpCompletionOption.ResponseHeadersRead, cancellation);
            return answer.StatusCode == HttpStatusCode.OK ? null : $"answered {(int)answer.StatusCode}";
        }
        catch (HttpRequestException error)
        {
            return $"did not answer ({error.HttpRequestError})";
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return "took longer than 5 s to answer";
        }
    }
}
