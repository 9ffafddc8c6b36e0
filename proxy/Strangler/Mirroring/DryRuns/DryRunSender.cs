using System.Net;
using Strangler.Decision;
using Strangler.Evidence;
using Strangler.Forwarding;
using Strangler.Stages;

namespace Strangler.Mirroring.DryRuns;

/// <summary>What came of asking for a dry run.</summary>
/// <param name="Answer">Null when there is none to compare.</param>
/// <param name="Failure">The class that its absence ends in.</param>
/// <param name="Reason">What the service said to it, if anything.</param>
internal sealed record DryRunResult(DryRunAnswer? Answer, ComparisonClass Failure, string? Reason = null);

/// <summary>Asks the service to run a write dry. The answer counts only if the service says that it was a dry run.</summary>
internal sealed class DryRunSender(StranglerKeys keys, TimeProvider time)
{
    public async Task<DryRunResult> AskAsync(DryRunJob job, CancellationToken stopping)
    {
        using var limit = new CancellationTokenSource(job.Limits.CandidateTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stopping);
        try
        {
            return await SendAsync(job, either.Token);
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            return new DryRunResult(null, ComparisonClass.TimedOut);
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            return new DryRunResult(null, ComparisonClass.CandidateFailed);
        }
    }

    private async Task<DryRunResult> SendAsync(DryRunJob job, CancellationToken cancellation)
    {
        // The first of the addresses is the one that is asked under /_sync/ as well: how far it was when it answered, only the same process can tell.
        var upstream = job.Route.On(Side.Service);
        var destination = upstream.Cluster?.DestinationsState.AvailableDestinations.FirstOrDefault(one => new Uri(one.Model.Config.Address) == upstream.Addresses[0])
            ?? throw new HttpRequestException($"The service of module {job.Route.Module.Name} is not available at {upstream.Addresses[0]}.");
        using var request = new HttpRequestMessage(new HttpMethod(job.Method), UpstreamTransformer.UriFor(destination.Model.Config.Address, job.Target))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
            Content = job.Body is { } body ? new ReadOnlyMemoryContent(body) : null,
        };
        foreach (var (name, values) in job.Headers)
        {
            // Keys that were generated are found in plain text only.
            if (name.Equals("Accept-Encoding", StringComparison.OrdinalIgnoreCase)) continue;
            foreach (var value in values)
            {
                var sent = name.Equals("Cookie", StringComparison.OrdinalIgnoreCase) ? ProxyCookie.Strip(value ?? "") : value;
                if (!string.IsNullOrEmpty(sent) && !request.Headers.TryAddWithoutValidation(name, sent)) request.Content?.Headers.TryAddWithoutValidation(name, sent);
            }
        }

        request.Headers.TryAddWithoutValidation(InternalHeader.Key, keys.Sync);
        request.Headers.TryAddWithoutValidation(InternalHeader.DryRun, job.Route.Module.Name);
        using var response = await upstream.Cluster!.Model.HttpClient.SendAsync(request, cancellation);
        var outcome = ValuesOf(response, InternalHeader.DryRun).FirstOrDefault()?.Split(';') ?? [];
        switch (outcome.FirstOrDefault())
        {
            case "done":
                break;
            case "busy":
                return new DryRunResult(null, ComparisonClass.Shed);
            case "late":
                return new DryRunResult(null, ComparisonClass.TimedOut);
            case "unsupported":
                return new DryRunResult(null, ComparisonClass.Unsupported, outcome.Length > 1 ? Uri.UnescapeDataString(outcome[1]) : null);
            default:
                return new DryRunResult(null, ComparisonClass.Unsupported, $"the service answered {(int)response.StatusCode} without saying that it was a dry run");
        }

        var module = job.Route.Module.Name;
        var read = await MirrorSender.ReadAsync(response, job.Limits.MirrorBody, cancellation);
        return read is null
            ? new DryRunResult(null, ComparisonClass.TooLarge)
            : new DryRunResult(
                new DryRunAnswer(
                    MirrorSender.AnswerOf(response, read.Value, job.Origins, destination.Model.Config.Address),
                    ChangeReport.Of(module, ValuesOf(response, InternalHeader.Changes)), AppliedMark.Of(module, ValuesOf(response, InternalHeader.Applied))),
                default);
    }

    private static System.Net.Http.Headers.HeaderStringValues ValuesOf(HttpResponseMessage response, string name) => response.Headers.NonValidated.TryGetValues(name, out var values) ? values : default;
}
