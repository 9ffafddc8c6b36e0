using Strangler.Stages.Store.Sqlite;
using TestKit;

namespace Strangler.Tests.Stages;

[TestClass]
public sealed class SqliteStageDatabaseTests
{
    [TestMethod]
    public async Task Dispose_WhileAWriteIsUnderWay_LetsItEndAndTellsThoseWhoCome()
    {
        using var directory = new TemporaryDirectory();
        var database = new SqliteStageDatabase(directory.File("state.db"));
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var write = database.WriteAsync(async session =>
        {
            entered.SetResult();
            await goOn.Task;
            return await session.RunAsync("UPDATE lease SET until = 0 WHERE name = 'none'", [], CancellationToken.None);
        }, CancellationToken.None);
        await entered.Task;

        var disposing = Task.Run(database.Dispose);
        Assert.IsFalse(disposing.IsCompleted);
        goOn.SetResult();

        Assert.AreEqual(0, await write);
        await disposing;
        await Assert.ThrowsExactlyAsync<ObjectDisposedException>(() => database.ReadAsync(static _ => Task.FromResult(0), CancellationToken.None));
    }
}
