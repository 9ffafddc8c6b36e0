using TestKit;
using TestKit.Databases;
using TestKit.Processes;

namespace Contract.Tests.Schema;

/// <summary>The tables come from the models: a changed model shows here as a changed script, for each database.</summary>
[TestClass]
public sealed class SchemaTests
{
    [TestMethod]
    public async Task Legacy_Sqlite() => await Snapshot.VerifyAsync(await PrintAsync("legacy/Legacy.Host", TestDatabase.Sqlite));

    [TestMethod]
    public async Task Legacy_PostgreSql() => await Snapshot.VerifyAsync(await PrintAsync("legacy/Legacy.Host", TestDatabase.PostgreSql));

    [TestMethod]
    public async Task Legacy_SqlServer() => await Snapshot.VerifyAsync(await PrintAsync("legacy/Legacy.Host", TestDatabase.SqlServer));

    [TestMethod]
    public async Task Catalog_Sqlite() => await Snapshot.VerifyAsync(await PrintAsync("extracted/Catalog.Service", TestDatabase.Sqlite));

    [TestMethod]
    public async Task Catalog_PostgreSql() => await Snapshot.VerifyAsync(await PrintAsync("extracted/Catalog.Service", TestDatabase.PostgreSql));

    [TestMethod]
    public async Task Catalog_SqlServer() => await Snapshot.VerifyAsync(await PrintAsync("extracted/Catalog.Service", TestDatabase.SqlServer));

    private static async Task<string> PrintAsync(string project, string provider)
    {
        await using var process = await TestProcess.StartAsync(new TestProcessStart(project)
        {
            Health = null,
            Environment = new Dictionary<string, string>
            {
                ["Database__Provider"] = provider,
                // Nobody is asked: the script comes from the model alone.
                ["Database__ConnectionString"] = provider switch { TestDatabase.Sqlite => "Data Source=none.db", TestDatabase.PostgreSql => "Host=none;Database=none", _ => "Server=none;Database=none" },
                ["Database__PrintSchema"] = "true",
            },
        });
        Assert.AreEqual(0, await process.WaitForExitAsync(), process.Output);
        return process.StandardOutput;
    }
}
