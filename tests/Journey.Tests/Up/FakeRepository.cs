using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using TestKit;
using TestKit.Processes;

namespace Journey.Tests.Up;

/// <summary>A directory with a <c>.strangler</c> folder that lists fake servers: everything about <c>up</c> but the shop, in a second.</summary>
internal sealed class FakeRepository : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly List<FreePort> _ports = [];
    private string? _serviceProject;

    public FakeRepository()
    {
        (Legacy, Service, Public, Admin) = (Take(), Take(), Take(), Take());
        Directory.CreateDirectory(File(".strangler"));
        System.IO.File.WriteAllText(
            File(".strangler/plan.json"),
            $$"""
            {
              "legacy": { "address": "{{Legacy.Url}}" },
              "modules": {
                "books": {
                  "service": { "addresses": [ "{{Service.Url}}" ] },
                  "data": "none",
                  "endpoints": [ { "id": "books.list", "match": "GET /books" } ]
                }
              }
            }
            """);
        Describe();
    }

    public FreePort Legacy { get; }

    public FreePort Service { get; }

    public FreePort Public { get; }

    public FreePort Admin { get; }

    public static string FakeServer { get; } = RepositoryRoot.AssemblyOf("tests/FakeServer");

    public string Record => File("record.txt");

    public string File(string name) => Path.Combine(_directory.Path, name);

    /// <summary>True to run the proxy that comes with the command.</summary>
    public bool OwnProxy { get; set; }

    /// <summary>Writes <c>up.json</c>, with an environment for the service on request.</summary>
    public void Describe(params (string Name, string Value)[] serviceEnvironment)
    {
        var fake = FakeServer;
        var up = new JsonObject
        {
            ["proxy"] = OwnProxy ? null : new JsonObject { ["project"] = fake, ["environment"] = new JsonObject { ["Fake__Record"] = Record } },
            ["processes"] = new JsonArray(
                Process("legacy", Legacy, fake, [("Fake__Record", Record), ("Seen", "{data}|{books.url}|{port}"), ("Secret", "{secret:books-api}")]),
                Process("books", Service, _serviceProject ?? fake, serviceEnvironment)),
        };
        System.IO.File.WriteAllText(File(".strangler/up.json"), up.ToJsonString());

        JsonObject Process(string name, FreePort port, string project, (string Name, string Value)[] environment) => new()
        {
            ["name"] = name,
            ["project"] = project,
            ["port"] = port.Number,
            ["environment"] = new JsonObject(environment.Select(static e => KeyValuePair.Create(e.Name, (JsonNode?)e.Value))),
        };
    }

    /// <summary>Makes the service a project of which there is only source, as in a fresh clone. Its target framework comes from a file above it.</summary>
    public void DescribeSource()
    {
        Directory.CreateDirectory(File("books"));
        System.IO.File.WriteAllText(File("Directory.Build.props"), "<Project><PropertyGroup><TargetFramework>net10.0</TargetFramework></PropertyGroup></Project>");
        System.IO.File.WriteAllText(File("books/books.csproj"), "<Project Sdk=\"Microsoft.NET.Sdk.Web\" />");
        System.IO.File.WriteAllText(File("books/Program.cs"), """
            var app = Microsoft.AspNetCore.Builder.WebApplication.CreateBuilder(args).Build();
            Microsoft.AspNetCore.Builder.EndpointRouteBuilderExtensions.MapGet(app, "/healthz", () => "Healthy");
            app.Run();
            """);
        _serviceProject = "books";
        Describe();
    }

    /// <summary>Starts <c>up</c> here; it has printed nothing yet.</summary>
    public Task<TestProcess> UpAsync(params string[] more) => TestProcess.StartAsync(new TestProcessStart("proxy/Strangler.Cli")
    {
        Name = "up",
        Arguments = ["up", "--port", $"{Public.Number}", "--admin-port", $"{Admin.Number}", .. more],
        WorkingDirectory = _directory.Path,
        PassUrl = false,
        Health = null,
    });

    /// <summary>Runs another command here until it ends.</summary>
    public Task<(int ExitCode, string Output)> RunAsync(params string[] arguments) => RunFromAsync("", arguments);

    /// <summary>Runs another command in a directory of the repository until it ends.</summary>
    public async Task<(int ExitCode, string Output)> RunFromAsync(string directory, params string[] arguments)
    {
        await using var command = await TestProcess.StartAsync(new TestProcessStart("proxy/Strangler.Cli")
        {
            Name = "command",
            Arguments = arguments,
            WorkingDirectory = File(directory),
            PassUrl = false,
            Health = null,
        });
        // It may build.
        var exitCode = await command.WaitForExitAsync(TimeSpan.FromMinutes(4));
        return (exitCode, command.Output);
    }

    /// <summary>Runs <c>up</c> until it gives up by itself.</summary>
    public async Task<(int ExitCode, string Output)> UpRefusedAsync(params string[] more)
    {
        await using var up = await UpAsync(more);
        var exitCode = await up.WaitForExitAsync();
        return (exitCode, up.Output);
    }

    /// <summary>Starts <c>up</c> and waits until it says that all is ready.</summary>
    public async Task<TestProcess> UpReadyAsync(params string[] more)
    {
        var up = await UpAsync(more);
        try
        {
            await Eventually.TrueAsync(() => up.HasExited || up.Output.Contains("Ctrl-C stops everything", StringComparison.Ordinal), TimeSpan.FromMinutes(4), "up is ready");
            Assert.IsFalse(up.HasExited, up.Output);
        }
        catch
        {
            await up.DisposeAsync();
            throw;
        }

        return up;
    }

    public static async Task<bool> AnswersAsync(FreePort port, string path = "/healthz")
    {
        using var client = new HttpClient();
        try
        {
            using var answer = await client.GetAsync(new Uri(port.Url + path));
            return answer.StatusCode == HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    /// <summary>The ids of the processes that run now, by name.</summary>
    public async Task<Dictionary<string, int>> RunningAsync(string data = ".data")
    {
        var state = JsonDocument.Parse(await System.IO.File.ReadAllTextAsync(File($"{data}/up.json"))).RootElement;
        return state.GetProperty("processes").EnumerateArray().ToDictionary(static p => p.GetProperty("name").GetString()!, static p => p.GetProperty("pid").GetInt32());
    }

    public void Dispose()
    {
        foreach (var port in _ports) port.Dispose();
        _directory.Dispose();
    }

    private FreePort Take()
    {
        var port = FreePort.Take();
        _ports.Add(port);
        return port;
    }
}
