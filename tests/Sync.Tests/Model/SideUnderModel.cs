using System.Data.Common;
using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Sync.Capture;
using Sync.Ownership;
using Sync.Tests.Sample;
using TestKit.Databases;

namespace Sync.Tests.Model;

/// <summary>A service's side of the sample module on a real database, as two instances of its process without their network: what the model is compared with.</summary>
internal sealed class SideUnderModel : IAsyncDisposable
{
    private readonly TestDatabase _database;
    private readonly Days _days = new();
    private readonly ServiceProvider[] _instances = new ServiceProvider[2];

    private SideUnderModel(TestDatabase database) => _database = database;

    public static async Task<SideUnderModel> StartAsync(string provider)
    {
        var side = new SideUnderModel(await TestDatabase.CreateAsync(provider));
        side.StartInstances();
        (await side._instances[0].GetRequiredService<SyncDatabase>().OpenAsync()).Dispose();
        await using var scope = side._instances[0].CreateAsyncScope();
        var creator = scope.ServiceProvider.GetRequiredService<SampleContext>().GetService<IRelationalDatabaseCreator>();
        if (!await creator.ExistsAsync()) await creator.CreateAsync();
        await creator.CreateTablesAsync();
        return side;
    }

    /// <summary>As it was in the beginning, for the next case.</summary>
    public async Task ClearAsync()
    {
        _days.Passed = 0;
        await RunAsync("DELETE FROM Items; UPDATE Shelves SET WithinId = NULL; DELETE FROM Shelves; DELETE FROM sync_version; DELETE FROM sync_delivery; DELETE FROM sync_outbox; UPDATE sync_ownership SET state = 'follower', epoch = 0, floor = 0, capture = 0");
        StartInstances();
    }

    /// <summary>Does the command and says what came of it. Where two things happen at once, the second is done by the second instance.</summary>
    public async Task<Answer> DoAsync(Command command, int instance = 0)
    {
        var services = _instances[instance];
        var steps = services.GetRequiredService<OwnershipSteps>();
        var module = services.GetRequiredService<ModuleRegistry>().Find("sample")!;
        try
        {
            switch (command)
            {
                case Deliver deliver:
                    var batch = new SyncBatch("sample", "legacy", [.. deliver.Changes.Select(static change => change.ToMessage())]);
                    var reply = await services.GetRequiredService<SyncInbox>().ApplyAsync(batch, CancellationToken.None);
                    return new Answer(true, [.. reply.Results.Select(static result => result.Outcome)]);
                case Fence fence: await steps.FenceAsync(module, fence.Epoch, CancellationToken.None); break;
                case Open open: await steps.OpenAsync(module, open.Epoch, null, open.Capture, CancellationToken.None); break;
                case Follow follow: await steps.FollowAsync(module, follow.Epoch, follow.Reset, follow.Expected, CancellationToken.None); break;
                case Capture capture: await steps.CaptureAsync(module, capture.Enabled, capture.Expected, capture.At, CancellationToken.None); break;
                case Retire retire: await steps.RetireAsync(module, retire.Epoch, CancellationToken.None); break;
                case Write write: return Answer.Of(await WriteAsync(services, write));
                case Restart: StartInstances(); break;
                case Sweep sweep:
                    _days.Passed += sweep.Days;
                    await services.GetServices<IHostedService>().OfType<SyncStartup>().Single().SweepAsync(CancellationToken.None);
                    break;
            }

            return Answer.Of(done: true);
        }
        catch (Exception error) when (error is OwnershipConflictException or NotOwnerException or DbUpdateException)
        {
            return Answer.Of(done: false);
        }
    }

    /// <summary>All that the model knows of, as <see cref="ModelState.Dump"/> writes it, read behind sync's back.</summary>
    public async Task<string> DumpAsync()
    {
        await using var connection = _database.Connect();
        await connection.OpenAsync();
        string[] sections =
        [
            .. await ReadAsync(connection, "SELECT state, epoch, floor, capture FROM sync_ownership WHERE module = 'sample'", static row => $"{row[0]} {row[1]} floor {row[2]} capture {row[3]}"),
            .. await ReadAsync(connection, "SELECT Id, Code, ShelfId FROM Items ORDER BY Id", static row => $"item {row[0]} {new ModelRow((string)row[1], Number(row[2]))}"),
            .. await ReadAsync(connection, "SELECT Id, Name, WithinId FROM Shelves ORDER BY Id", static row => $"shelf {row[0]} {new ModelRow((string)row[1], row[2] is DBNull ? null : Number(row[2]))}"),
            .. await ReadAsync(connection, $"SELECT entity, {SampleSql.KeyColumn(_database.Provider)}, epoch, position, removed FROM sync_version ORDER BY 1, 2", static row => $"version of {row[0]} {row[1]} ({row[2]},{row[3]}){(row[4] is DBNull ? "" : " tombstone")}"),
        ];
        return string.Join('\n', sections);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var instance in _instances) await instance.DisposeAsync();
        await _database.DisposeAsync();
    }

    /// <summary>Nothing of the processes' memory is left, all of the database is.</summary>
    private void StartInstances()
    {
        for (var index = 0; index < _instances.Length; index++)
        {
            _instances[index]?.Dispose();
            _instances[index] = ModelInstance.Start(_database, _days, TimeSpan.FromDays(InboxModel.RetentionDays));
        }
    }

    private static async Task<bool> WriteAsync(ServiceProvider services, Write write)
    {
        await using var scope = services.CreateAsyncScope();
        var context = scope.ServiceProvider.GetRequiredService<SampleContext>();
        if (await context.Items.SingleOrDefaultAsync(item => item.Id == write.Id) is not { } item) return false;
        // What no message carries changes too: a save of nothing would not be asked whose it is.
        (item.Code, item.Seen) = (write.Code, Guid.NewGuid().ToString());
        await context.SaveChangesAsync();
        return true;
    }

    private Task RunAsync(string sql) => _database.RunAsync(SampleSql.For(_database.Provider, sql));

    private async Task<List<string>> ReadAsync(DbConnection connection, string sql, Func<object[], string> write)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = SampleSql.For(_database.Provider, sql);
        await using var reader = await command.ExecuteReaderAsync();
        var lines = new List<string>();
        while (await reader.ReadAsync())
        {
            var row = new object[reader.FieldCount];
            reader.GetValues(row);
            lines.Add(write(row));
        }

        return lines;
    }

    private static int Number(object value) => Convert.ToInt32(value, CultureInfo.InvariantCulture);

    /// <summary>A clock that goes by days, when it is told to.</summary>
    private sealed class Days : TimeProvider
    {
        public int Passed { get; set; }

        public override DateTimeOffset GetUtcNow() => new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).AddDays(Passed);
    }
}
