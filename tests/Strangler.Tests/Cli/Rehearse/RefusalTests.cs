using System.Text.Json.Nodes;
using Strangler.Cli.Rehearse;
using Strangler.Cli.Rehearse.Faults;
using Strangler.Cli.Running;
using TestKit;

namespace Strangler.Tests.Cli.Rehearse;

/// <summary>What a rehearsal says when it lacks something: all of it at once, with exit code 2, before anything is started.</summary>
[TestClass]
public sealed class RefusalTests : IDisposable
{
    private const string Plan = """
        {
          "legacy": { "address": "http://127.0.0.1:5100" },
          "modules": {
            "goods": {
              "service": { "addresses": [ "http://127.0.0.1:5201" ] },
              "data": "none",
              "endpoints": [
                { "id": "goods.one", "match": "GET /goods/{id:int}" },
                { "id": "goods.all", "match": "GET /goods" },
                { "id": "goods.set", "match": "PUT /goods/{id:int}", "writes": true }
              ]
            }
          }
        }
        """;

    private readonly TemporaryDirectory _directory = new();

    public RefusalTests() => Directory.CreateDirectory(Path.Combine(_directory.Path, ".strangler"));

    [TestMethod]
    public async Task Nothing_IsThere_AllThreeFilesAreAskedForWithExamples()
    {
        var message = await RefusedAsync();
        foreach (var text in new[] { "up.json: how to start the sides", "plan.json: the modules", "load.json: what clients do", "\"processes\"", "\"records\"" })
            StringAssert.Contains(message, text);
    }

    [TestMethod]
    public async Task Load_OnlyItIsMissing_IsAskedForAlone()
    {
        Write("plan.json", Plan);
        Describe(5100, 5201);
        var message = await RefusedAsync();
        StringAssert.Contains(message, "load.json");
        Assert.DoesNotContain("up.json: how", message);
    }

    [TestMethod]
    public async Task Endpoint_NotReachedByTheLoad_IsNamed()
    {
        Write("plan.json", Plan);
        Write("load.json", """{ "reads": [{ "target": "/goods/{1..3}" }] }""");
        Describe(5100, 5201);
        var message = await RefusedAsync();
        StringAssert.Contains(message, "goods.all (GET /goods)");
        Assert.DoesNotContain("goods.one", message);
        Assert.DoesNotContain("goods.set", message, "a write needs no comparisons unless the plan asks for dry runs");
    }

    [TestMethod]
    public async Task Address_NotStartedByUpFile_IsNeverAsked()
    {
        Write("plan.json", Plan);
        Write("load.json", """{ "reads": [{ "target": "/goods/{1..3}" }, { "target": "/goods" }] }""");
        Describe(5100, 5999);
        StringAssert.Contains(await RefusedAsync(), "http://127.0.0.1:5201/, which");
    }

    [TestMethod]
    public async Task Secret_ThatNoProcessGets_IsNamed()
    {
        Write("plan.json", Plan);
        Write("load.json", """{ "headers": { "X-Api-Key": "{secret:door}" }, "reads": [{ "target": "/goods/{1..3}" }, { "target": "/goods" }] }""");
        Describe(5100, 5201);
        StringAssert.Contains(await RefusedAsync(), "{secret:door}, which no process");
    }

    [TestMethod]
    public void Faults_Unknown_AreRefused()
    {
        Assert.AreEqual(FaultKinds.Kill | FaultKinds.Drop, FaultOption.Read("kill, drop"));
        Assert.AreEqual(ExitCode.WrongUse, Assert.ThrowsExactly<CommandFailure>(static () => FaultOption.Read("kill,burn")).Code);
    }

    public void Dispose() => _directory.Dispose();

    private async Task<string> RefusedAsync()
    {
        var request = new RehearseRequest(null, null, null, null, false, [], FaultKinds.None, null, true, "Debug", false);
        var failure = await Assert.ThrowsExactlyAsync<CommandFailure>(() => RehearsalInput.ReadAsync(request, _directory.Path, CancellationToken.None));
        Assert.AreEqual(ExitCode.WrongUse, failure.Code, failure.Message);
        return failure.Message;
    }

    private void Describe(params int[] ports)
    {
        var project = typeof(RefusalTests).Assembly.Location;
        var processes = ports.Select((port, i) => new JsonObject { ["name"] = $"p{i}", ["project"] = project, ["port"] = port });
        Write("up.json", new JsonObject { ["processes"] = new JsonArray([.. processes]) }.ToJsonString());
    }

    private void Write(string name, string text) => File.WriteAllText(Path.Combine(_directory.Path, ".strangler", name), text);
}
