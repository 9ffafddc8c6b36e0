using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Runtime.CompilerServices;
using Microsoft.Data.SqlClient;
using Sync.Databases;
using Sync.Tests.Sample;
using TestKit.Databases;

namespace Sync.Tests;

/// <summary>What can be told of the choice of a database without one.</summary>
[TestClass]
public sealed class DatabaseChoiceTests
{
    private const BindingFlags Everything = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    [TestMethod]
    [DataRow("sqlite", "Data Source=/data/shop.db", "/data/shop.db")]
    [DataRow("PostgreSQL", "Host=db;Database=shop;Password=secret", "'shop' at db")]
    [DataRow("sqlserver", "Server=db;Database=shop;Password=secret;User ID=sa", "'shop' at db")]
    public void UseDatabase_PicksByName_AndNamesItWithoutCredentials(string provider, string connection, string named)
    {
        var dialect = new SyncBuilder().UseDatabase(provider, connection).Dialect!;
        Assert.Contains(named, dialect.Description);
        Assert.DoesNotContain("secret", dialect.Description);
    }

    [TestMethod]
    public async Task SqlServer_ConnectionThatNobodyTakes_FailsForThatReasonAlone()
    {
        // In the runtime's invariant mode the driver opens no connection at all, whoever listens.
        await using var connection = new SqlConnection("Server=127.0.0.1,1;Database=shop;User ID=sa;Password=none;Connect Timeout=1;TrustServerCertificate=true");
        await Assert.ThrowsExactlyAsync<SqlException>(() => connection.OpenAsync());
    }

    [TestMethod]
    [DataRow("oracle", "Data Source=x", "'sqlite', 'postgresql' or 'sqlserver'")]
    [DataRow("sqlite", "Data Source=:memory:", "SQLite file")]
    [DataRow("postgresql", "Username=someone", "Host=server;Database=name")]
    [DataRow("sqlserver", "Server=db", "Server=server;Database=name")]
    public void UseDatabase_ThatDoesNotFit_SaysHowToMendIt(string provider, string connection, string mend)
    {
        var error = Assert.ThrowsExactly<ArgumentException>(() => new SyncBuilder().UseDatabase(provider, connection));
        Assert.Contains(mend, error.Message);
    }

    [TestMethod]
    public void ModuleLock_IsTheSameInEveryVersion()
    {
        // Instances of two versions run side by side during an upgrade: were this to change, a fence would not exclude the other's writers.
        Assert.AreEqual(1808797687515520846, LockKey.NumberOf(LockKey.NameOf("sample")));
        Assert.AreEqual("sync.module:sample", LockKey.NameOf("sample"));
    }

    [TestMethod]
    public void SqlClient_PreparesACommandWithParameters_WithoutMissingAnAssembly()
    {
        // Where the feed lacks the package Microsoft.SqlServer.Server, a project of its name stands in: SqlClient looks for its types at nearly every parameter.
        using var command = new SqlCommand("SELECT @number, @text, @nothing");
        command.Parameters.AddWithValue("@number", 1L);
        command.Parameters.Add("@text", System.Data.SqlDbType.NVarChar, 20).Value = "text";
        command.Parameters.AddWithValue("@nothing", DBNull.Value);
        // No server is needed to see whether the code that sends parameters can be compiled: that is the step which asks for the assembly.
        foreach (var method in typeof(SqlParameter).GetMethods(Everything).Concat(typeof(SqlCommand).GetMethods(Everything)))
        {
            if (method is { IsAbstract: false, IsGenericMethodDefinition: false }) RuntimeHelpers.PrepareMethod(method.MethodHandle);
        }

        // And every type that it may ever ask for is there.
        using var file = new PEReader(File.OpenRead(typeof(SqlCommand).Assembly.Location));
        var metadata = file.GetMetadataReader();
        var asked = metadata.TypeReferences.Select(metadata.GetTypeReference)
            .Where(type => type.ResolutionScope.Kind == HandleKind.AssemblyReference
                && metadata.GetString(metadata.GetAssemblyReference((AssemblyReferenceHandle)type.ResolutionScope).Name) == "Microsoft.SqlServer.Server")
            .Select(type => $"{metadata.GetString(type.Namespace)}.{metadata.GetString(type.Name)}").ToArray();
        Assert.IsGreaterThan(0, asked.Length);
        var stands = Assembly.Load("Microsoft.SqlServer.Server");
        foreach (var type in asked) Assert.IsNotNull(stands.GetType(type), type);
    }

    [TestMethod]
    public async Task Sides_OnDifferentDatabases_StayInStepThroughASwitchThereAndBack()
    {
        await using var pair = await SamplePair.StartSyncedAsync(TestDatabase.Sqlite, providerOfService: TestDatabase.PostgreSql);
        await pair.Legacy.AddAsync([.. Enumerable.Range(1, 50).Select(n => new Item { Code = $"c{n}", ShelfId = 1, Price = n / 3m })]);
        await SamplePair.DrainedAsync(pair.Legacy);
        await pair.AssertEqualAsync();
        await SamplePair.SwitchAsync(pair.Legacy, pair.Service, 1);
        var there = await pair.Service.AddAsync(new Item { Code = "there", ShelfId = 1 });
        await SamplePair.SwitchAsync(pair.Service, pair.Legacy, 2);
        Assert.IsGreaterThan(there, await pair.Legacy.AddAsync(new Item { Code = "back", ShelfId = 1 }));
        await SamplePair.DrainedAsync(pair.Legacy);
        await pair.AssertEqualAsync();
        await pair.Legacy.DoAsync("reconcile", new { repair = false });
        await SamplePair.CompleteAsync(pair.Legacy, "reconcile");
        Assert.AreEqual(0, (await pair.Legacy.StatusAsync()).GetProperty("reconcile").GetProperty("differences").GetInt64());
    }
}
