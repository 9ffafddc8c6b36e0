using Strangler.Corpus;
using Strangler.Plan;

namespace Strangler.Cli.Rehearse.Clients;

/// <summary>Finds the endpoint of the plan that a request of the load belongs to.</summary>
internal sealed class PlannedEndpoints : IDisposable
{
    private static readonly Uri Site = new("http://site");
    private readonly List<(PlannedModule Module, EndpointMatcher Matcher)> _modules;

    public PlannedEndpoints(PlanSnapshot plan) => _modules = [.. plan.Modules.Values.Select(static m => (m, new EndpointMatcher(m)))];

    /// <returns>The endpoint and its module; null when the plan has none for it, so that the legacy always answers.</returns>
    public async Task<(PlannedModule Module, PlannedEndpoint Endpoint)?> FindAsync(string method, string target)
    {
        foreach (var (module, matcher) in _modules)
        {
            if (await matcher.FindAsync(method, new Uri(Site, target)) is { } endpoint) return (module, endpoint);
        }

        return null;
    }

    public void Dispose()
    {
        foreach (var (_, matcher) in _modules) matcher.Dispose();
    }
}
