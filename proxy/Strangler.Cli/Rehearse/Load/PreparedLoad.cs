using Strangler.Cli.Rehearse.Clients;
using Strangler.Corpus;
using Strangler.Plan;

namespace Strangler.Cli.Rehearse.Load;

/// <summary>One address that is asked for, with its endpoint.</summary>
/// <param name="Endpoint">The endpoint of the plan, or the target where the plan has none.</param>
/// <param name="Kind">Requests of one kind take turns with those of others, however many there are of each.</param>
/// <param name="Rules">In what the plan lets its answers differ.</param>
/// <param name="Read">The request; its target has no range left.</param>
internal sealed record PreparedRead(string Endpoint, int Kind, CompareRules Rules, LoadRead Read)
{
    public ReadTarget Fill(Placeholders placeholders, IReadOnlyList<ExchangeHeader> headers)
    {
        var values = new LoadValues("visitor");
        var filled = headers.Concat(Read.Headers).Select(h => h with { Value = placeholders.Fill(h.Value, values) }).ToList();
        ReadOnlyMemory<byte>? body = Read.Body is null ? null : Read.Body.Fill(placeholders, values);
        var request = new LoadRequest(Endpoint, Read.Method, placeholders.Fill(Read.Target, values), filled, body, Read.Body?.ContentType);
        return new ReadTarget(request, Read.Status, Read.Changes, Rules);
    }
}

/// <summary>A load whose requests have been matched with the plan.</summary>
/// <param name="Source">Where it comes from, for the report.</param>
/// <param name="Description">Rates, headers and records.</param>
/// <param name="Reads">What visitors ask for.</param>
/// <param name="Writes">Recorded writes, which are sent once in their order.</param>
/// <param name="Endpoints">The endpoint of each write and of each record's read.</param>
/// <param name="Touched">The endpoints that the load reaches.</param>
internal sealed record PreparedLoad(
    string Source,
    LoadDescription Description,
    IReadOnlyList<PreparedRead> Reads,
    IReadOnlyList<RecordedWrite> Writes,
    IReadOnlyDictionary<object, string> Endpoints,
    IReadOnlySet<string> Touched)
{
    /// <summary>Endpoints that a gate would wait for in vain.</summary>
    public IEnumerable<PlannedEndpoint> Missing(PlanSnapshot plan) =>
        plan.Modules.Values.SelectMany(m => Untouched(m).Where(e => e.Waived is null && (!e.Writes || m.Gates.MinimumDryRuns > 0)));

    /// <summary>Endpoints of a module that the load does not reach.</summary>
    public IEnumerable<PlannedEndpoint> Untouched(PlannedModule module) => module.Endpoints.Where(e => !Touched.Contains(e.Id));
}

/// <summary>A recorded write.</summary>
internal sealed record RecordedWrite(string Endpoint, ExchangeRequest Request, int Status);
