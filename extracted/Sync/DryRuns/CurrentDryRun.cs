using Microsoft.AspNetCore.Http;

namespace Sync.DryRuns;

/// <summary>The current request's, seen by the host's code.</summary>
internal sealed class CurrentDryRun(IHttpContextAccessor http) : IDryRun
{
    private DryRun? Run => http.HttpContext?.Features.Get<DryRun>();

    public bool IsDryRun => Run is not null;

    public void Refuse(string reason)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(reason);
        if (Run is { } run) throw run.Refused(reason);
    }
}
