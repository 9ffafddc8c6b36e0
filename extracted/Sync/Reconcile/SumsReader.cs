using System.Globalization;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Sync.Capture;

namespace Sync.Reconcile;

/// <summary>Answers checksums of this side's rows.</summary>
internal sealed class SumsReader(IServiceScopeFactory scopes)
{
    public async Task<SumsReply> ReadAsync(ModuleMap module, SumsRequest request, CancellationToken cancellationToken)
    {
        using var own = SyncScope.Enter();
        var map = module.Find(request.Entity) ?? throw new KeyNotFoundException($"The entity '{request.Entity}' of module '{module.Name}' is not declared here.");
        await using var scope = scopes.CreateAsyncScope();
        var context = (DbContext)scope.ServiceProvider.GetRequiredService(module.ContextType);
        var type = request.Types is { } types
            ? types.FirstOrDefault(map.ChangedTypes.Contains) ?? throw new KeyNotFoundException($"None of the versions {string.Join(", ", types)} is known here; known are {string.Join(", ", map.ChangedTypes)}.")
            : map.Changed;
        if (request.Keys is { } keys)
        {
            var payloads = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
            foreach (var (key, payload) in await PayloadsAsync(context, map, keys, type, cancellationToken))
            {
                using var document = JsonDocument.Parse(payload);
                payloads[key] = document.RootElement.Clone();
            }

            return new SumsReply(payloads.Count, "", null, null, payloads, type);
        }

        var sum = await RangeSum.ReadAsync(context, map, request.After, request.Through, null, request.Rows, type, cancellationToken);
        return new SumsReply(sum.Count, sum.Sum.ToString(CultureInfo.InvariantCulture),
            request.Rows ? [.. sum.Rows.Select(row => row.Key)] : null, request.Rows ? [.. sum.Rows.Select(row => row.Hash)] : null, null, type);
    }

    public static async Task<Dictionary<string, byte[]>> PayloadsAsync(DbContext context, EntityMap map, IEnumerable<string> keys, string type, CancellationToken cancellationToken)
    {
        var payloads = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var some in keys.Chunk(500))
        {
            await foreach (var row in map.ReadRows(context, some).WithCancellation(cancellationToken)) payloads[map.KeyOf(row)] = map.WriteChanged(row, type);
        }

        return payloads;
    }
}
