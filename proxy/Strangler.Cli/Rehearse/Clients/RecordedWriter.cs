using Strangler.Cli.Rehearse.Load;

namespace Strangler.Cli.Rehearse.Clients;

/// <summary>Sends recorded writes once, in their order.</summary>
internal sealed class RecordedWriter(WriterKit kit, IReadOnlyList<RecordedWrite> writes)
{
    public async Task RunAsync(double perSecond, CancellationToken stop)
    {
        var pace = new Pace(perSecond);
        var jar = new CookieJar();
        foreach (var write in writes)
        {
            try
            {
                await pace.NextAsync(stop);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            await SendAsync(write, jar);
        }
    }

    private async Task SendAsync(RecordedWrite write, CookieJar jar)
    {
        var recorded = write.Request;
        var values = new LoadValues("recorded");
        var headers = kit.Headers.Select(h => h with { Value = kit.Placeholders.Fill(h.Value, values) }).Concat(recorded.Headers.Where(static h => !IsType(h.Name))).ToList();
        var type = recorded.Headers.FirstOrDefault(static h => IsType(h.Name))?.Value;
        var request = new LoadRequest(write.Endpoint, recorded.Method, recorded.Target, headers, recorded.Bytes, type) { CanBeRepeated = recorded.Method is "PUT" or "DELETE" };

        var began = TimeProvider.System.GetTimestamp();
        var answer = await kit.Proxy.SendAsync(request, jar);
        if (answer.Status == write.Status) kit.Tally.Wrote(new TimedWrite(began, TimeProvider.System.GetElapsedTime(began)));
        else if (answer.IsUnknown && kit.MayInterrupt()) kit.Tally.WasInterrupted();
        else kit.Tally.Failed.Add(new Finding(write.Endpoint, request.ToString(), answer.Error ?? $"answered {answer.Status}, recorded {write.Status}"));
    }

    private static bool IsType(string header) => header.Equals("Content-Type", StringComparison.OrdinalIgnoreCase);
}
