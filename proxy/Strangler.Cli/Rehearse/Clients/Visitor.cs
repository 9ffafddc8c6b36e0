namespace Strangler.Cli.Rehearse.Clients;

/// <summary>
/// Reads as visitors do: some requests with cookies of their own, then the next visitor comes. So a share of the clients at Canary is a share of the
/// reads, too.
/// </summary>
internal sealed class Visitor(LoadSender proxy, IReadOnlyList<IReadOnlyList<ReadTarget>> kinds, LoadTally tally, double perSecond)
{
    private const int ReadsEach = 5;

    public async Task RunAsync(int number, CancellationToken stop)
    {
        var pace = new Pace(perSecond);
        var random = new Random(number);
        var jar = new CookieJar();
        for (var turn = 1; !stop.IsCancellationRequested; turn++)
        {
            try
            {
                await pace.NextAsync(stop);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            var kind = kinds[random.Next(kinds.Count)];
            await ReadAsync(kind[random.Next(kind.Count)], jar);
            if (turn % ReadsEach == 0) jar = new CookieJar();
        }
    }

    private async Task ReadAsync(ReadTarget target, CookieJar jar)
    {
        var answer = await proxy.SendAsync(target.Request, jar);
        if (target.StatusProblem(answer) is { } problem) tally.Failed.Add(problem);
        else if (target.Difference(answer) is { } difference) tally.Differing.Add(difference);
    }
}
