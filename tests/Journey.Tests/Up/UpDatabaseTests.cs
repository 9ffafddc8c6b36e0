using Npgsql;
using TestKit.Databases;

namespace Journey.Tests.Up;

/// <summary><c>up</c> on a server: which databases it makes, what it remembers, and what it says when it cannot.</summary>
[TestClass]
public sealed class UpDatabaseTests
{
    [TestMethod]
    public async Task Up_OnAServer_MakesTheDatabasesAndRemembersThem()
    {
        var cluster = await PostgresCluster.GetAsync();
        using var repository = new FakeRepository();
        var prefix = cluster.NextName("up");
        await using (var up = await repository.UpReadyAsync("--database", "postgresql", "--connection", cluster.ConnectionStringTo(prefix)))
        {
            StringAssert.Contains(up.Output, $"created {prefix}_proxy");
            await up.StopAsync();
        }

        if (!OperatingSystem.IsWindows())
            Assert.AreEqual(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(repository.File(".data/database.json")));
        await using (var again = await repository.UpReadyAsync())
        {
            StringAssert.Contains(again.Output, $"postgresql, {prefix}_* on 127.0.0.1:{cluster.Port}");
            Assert.DoesNotContain("created", again.Output);
            await again.StopAsync();
        }

        var (exitCode, output) = await repository.UpRefusedAsync("--database", "sqlite");
        Assert.AreEqual(1, exitCode, output);
        StringAssert.Contains(output, $"belongs to other databases: postgresql, {prefix}_* on 127.0.0.1:{cluster.Port}. Asked for: sqlite");
        StringAssert.Contains(output, "--data");
    }

    [TestMethod]
    public async Task Up_EmbeddedDirectoryAndAServer_IsRefusedNamingBoth()
    {
        var cluster = await PostgresCluster.GetAsync();
        using var repository = new FakeRepository();
        await using (var up = await repository.UpReadyAsync()) await up.StopAsync();
        var (exitCode, output) = await repository.UpRefusedAsync("--database", "postgresql", "--connection", cluster.ConnectionString);
        Assert.AreEqual(1, exitCode, output);
        StringAssert.Contains(output, "sqlite, files in the data directory. Asked for: postgresql, postgres_* on");
    }

    [TestMethod]
    public async Task Up_ServerIsAway_SaysWhereAndHowToMend_AndBindsNobody()
    {
        using var repository = new FakeRepository();
        await RefusedAsync(repository, "Host=127.0.0.1;Port=1;Username=a;Password=b", "on 127.0.0.1:1 (postgresql)", "Start the server, or correct host and port in --connection");
        await using var up = await repository.UpReadyAsync();
        await up.StopAsync();
    }

    [TestMethod]
    public async Task Up_WrongPassword_SaysSoWithoutIt()
    {
        var cluster = await PostgresCluster.GetAsync();
        using var repository = new FakeRepository();
        var output = await RefusedAsync(repository, With(cluster, "postgres", "not-the-secret"), "Correct user name and password in --connection");
        Assert.DoesNotContain("not-the-secret", output);
    }

    [TestMethod]
    public async Task Up_LoginThatMayNotCreateDatabases_SaysWhichRightToGive()
    {
        var cluster = await PostgresCluster.GetAsync();
        using var repository = new FakeRepository();
        var login = cluster.NextName("login");
        await cluster.RunAsync($"CREATE ROLE {login} LOGIN PASSWORD 'x'");
        await RefusedAsync(repository, With(cluster, login, "x"), "permission denied to create database", "CREATEDB");
    }

    [TestMethod]
    [DataRow("postgresql", "Server=x;Nonsense=1", "no connection string of PostgreSQL")]
    [DataRow("sqlserver", "Nonsense=1", "no connection string of SQL Server")]
    [DataRow("postgresql", "Host=x;Database=Shop-1", "names the database 'Shop-1'")]
    public async Task Up_ConnectionStringThatCannotBe_IsWrongUse(string kind, string connection, string says)
    {
        using var repository = new FakeRepository();
        var (exitCode, output) = await repository.UpRefusedAsync("--database", kind, "--connection", connection);
        Assert.AreEqual(2, exitCode, output);
        StringAssert.Contains(output, says);
    }

    private static string With(PostgresCluster cluster, string user, string password) =>
        new NpgsqlConnectionStringBuilder(cluster.ConnectionString) { Username = user, Password = password, Database = cluster.NextName("up") }.ToString();

    private static async Task<string> RefusedAsync(FakeRepository repository, string connection, params string[] says)
    {
        var (exitCode, output) = await repository.UpRefusedAsync("--database", "postgresql", "--connection", connection);
        Assert.AreEqual(1, exitCode, output);
        // A terminal's lines are broken where they end.
        foreach (var part in says) StringAssert.Contains(output.ReplaceLineEndings(" "), part);
        return output;
    }
}
