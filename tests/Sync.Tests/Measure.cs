using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Sync.Tests.Sample;

namespace Sync.Tests;

[TestClass]
[DoNotParallelize]
public sealed class Measure
{
    [TestMethod]
    public async Task Rates()
    {
        if (Environment.GetEnvironmentVariable("SYNC_MEASURE") is null) Assert.Inconclusive("Set SYNC_MEASURE.");
        await using var pair = await SamplePair.StartAsync();
        await pair.Legacy.ScalarAsync("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200000) INSERT INTO Items (Code, ShelfId, Price) SELECT 'some-longer-code-' || i, 1, i * 7 % 100000 FROM n; SELECT 1");
        await pair.SyncAsync();
        var text = "backfill " + (await pair.Legacy.StatusAsync()).GetProperty("backfill");
        await pair.Legacy.DoAsync("reconcile", new { repair = false });
        await SamplePair.CompleteAsync(pair.Legacy, "reconcile");
        text += "\nreconcile " + (await pair.Legacy.StatusAsync()).GetProperty("reconcile");
        pair.ToService.Fault = Fault.Refuse;
        for (var n = 0; n < 20; n++)
        {
            var from = n * 5_000;
            await pair.Legacy.UseAsync(async context =>
            {
                foreach (var item in await context.Items.Where(i => i.Id > from && i.Id <= from + 5_000).ToListAsync()) item.Price += 1;
                await context.SaveChangesAsync();
            });
        }

        var watch = Stopwatch.StartNew();
        pair.ToService.Fault = Fault.None;
        await Task.Delay(1);
        while (true)
        {
            var drain = await pair.Legacy.DoAsync("drain", new { position = long.MaxValue, timeoutMs = 60_000 });
            if (drain.GetProperty("drained").GetBoolean()) break;
        }

        text += $"\nsync 100000 in {watch.Elapsed.TotalSeconds:0.00} s (includes up to 0.4 s back-off)";
        var pauses = new List<double>();
        var (owner, other) = (pair.Legacy, pair.Service);
        for (var epoch = 1; epoch <= 20; epoch++)
        {
            await owner.AddAsync(new Item { Code = $"switch{epoch}", ShelfId = 1 });
            var pause = Stopwatch.GetTimestamp();
            await SamplePair.SwitchAsync(owner, other, epoch);
            pauses.Add(Stopwatch.GetElapsedTime(pause).TotalMilliseconds);
            (owner, other) = (other, owner);
        }

        text += $"\nswitch ms {string.Join(' ', pauses.Select(p => p.ToString("0.0", System.Globalization.CultureInfo.InvariantCulture)))}";
        await SamplePair.DrainedAsync(owner);
        await pair.AssertEqualAsync();
        await File.WriteAllTextAsync("/tmp/sync-measure.txt", text);
    }
}
