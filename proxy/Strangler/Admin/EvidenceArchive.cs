using System.Text.Json.Nodes;
using Strangler.Plan;
using Strangler.Stages;
using Strangler.Stages.Store;

namespace Strangler.Admin;

/// <summary>Hands out what the steps of a module were decided on.</summary>
internal sealed class EvidenceArchive(IStageStore store, Func<PlanSnapshot> plan)
{
    /// <summary>The latest records, oldest first.</summary>
    public async Task<object> OfAsync(string module, int limit, CancellationToken cancellation)
    {
        var current = plan();
        if (!current.Modules.ContainsKey(module)) throw new UnknownModuleException(module, current.Modules.Keys);
        var records = await store.EvidenceAsync(module, limit, cancellation).ConfigureAwait(false);
        return new { module, evidence = records.Reverse().Select(static r => new { r.At, r.Kind, r.Plan, document = JsonNode.Parse(r.Document) }) };
    }
}
