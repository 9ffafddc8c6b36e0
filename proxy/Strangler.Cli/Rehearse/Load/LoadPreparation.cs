using Strangler.Cli.Rehearse.Clients;
using Strangler.Plan;

namespace Strangler.Cli.Rehearse.Load;

/// <summary>Matches the requests of a <c>load.json</c> with the endpoints of the plan.</summary>
internal sealed class LoadPreparation(PlannedEndpoints endpoints)
{
    private const int MostTargetsOfARead = 40;
    private readonly Dictionary<object, string> _endpoints = [];
    private readonly HashSet<string> _touched = new(StringComparer.Ordinal);

    public async Task<PreparedLoad> PrepareAsync(string source, LoadDescription load)
    {
        var reads = new List<PreparedRead>();
        foreach (var (kind, read) in load.Reads.Index())
        {
            foreach (var target in Placeholders.Expand(read.Target, MostTargetsOfARead))
            {
                var (name, rules) = await FindAsync(read.Method, target);
                reads.Add(new PreparedRead(name, kind, rules, read with { Target = target }));
            }
        }

        foreach (var record in load.Records)
        {
            _endpoints[record] = (await FindAsync("GET", Example(record.Read, record))).Name;
            foreach (var write in record.Writes) _endpoints[write] = (await FindAsync(write.Method, Example(write.Target, record))).Name;
        }

        return new PreparedLoad(source, load, reads, [], _endpoints, _touched);
    }

    private static string Example(string target, LoadRecord record)
    {
        var values = new LoadValues("client-0", $"{record.Keys?.First ?? 1}", 1, "unique");
        return new Placeholders(static name => name).Fill(target, values);
    }

    private async Task<(string Name, CompareRules Rules)> FindAsync(string method, string target)
    {
        if (await endpoints.FindAsync(method, target) is not var (module, endpoint)) return ($"{method} {target}", CompareRules.Exact);
        _touched.Add(endpoint.Id);
        return (endpoint.Id, module.RulesOf(endpoint));
    }
}
