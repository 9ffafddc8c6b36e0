using System.Buffers;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Sync.Capture;

namespace Sync.Reconcile;

/// <summary>A row's key and hash.</summary>
internal readonly record struct RowSum(string Key, ulong Hash);

/// <summary>The checksum of a range of rows: their number and the sum of their hashes, so that order does not matter.</summary>
/// <param name="Count">The number of rows.</param>
/// <param name="Sum">The sum of their hashes, modulo 2^64.</param>
/// <param name="Rows">Each row, when asked for.</param>
internal sealed record RangeSum(int Count, ulong Sum, IReadOnlyList<RowSum> Rows)
{
    public static async Task<RangeSum> ReadAsync(DbContext context, EntityMap map, string? after, string? through, int? take, bool withRows, string type, CancellationToken cancellationToken)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { SkipValidation = true, Encoder = SyncJson.Options.Encoder });
        var rows = new List<RowSum>();
        var count = 0;
        var sum = 0UL;
        await foreach (var row in map.ReadRows(context, after, through, take).WithCancellation(cancellationToken))
        {
            buffer.ResetWrittenCount();
            writer.Reset();
            map.WriteChanged(writer, row, type);
            var hash = RowHash.Of(buffer.WrittenSpan);
            count++;
            sum += hash;
            if (withRows) rows.Add(new RowSum(map.KeyOf(row), hash));
        }

        return new RangeSum(count, sum, rows);
    }
}
