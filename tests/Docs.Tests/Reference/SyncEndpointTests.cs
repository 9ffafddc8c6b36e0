using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Contracts.Catalog;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Sync;
using TestKit.Processes;

namespace Docs.Tests.Reference;

[TestClass]
public sealed class SyncEndpointTests
{
    private const string Page = "sync-protocol.md";

    [TestMethod]
    public async Task SyncProtocol_Page_EqualsTheMappedEndpoints()
    {
        var rows = (await EndpointsAsync()).Select(static endpoint => new CodeRow([Call(endpoint), Request(endpoint), Answer(endpoint)]));
        ReferencePage.AssertEquals(Page, new CodeTable("calls", ["call", "request", "answer"], [.. rows.OrderBy(static row => row.Key.Trim('`').Split(' ')[1], StringComparer.Ordinal)]));
    }

    /// <summary>The example of a status has every field of one, and no other.</summary>
    [TestMethod]
    public async Task SyncProtocol_ExampleOfAStatus_HasTheFieldsOfTheCode()
    {
        var status = JsonNode.Parse(ExampleBelow("## Status"))!.AsObject();
        var type = (await EndpointsAsync()).Select(static endpoint => AnswerType(endpoint)).First(static type => type?.Name.Contains("Status", StringComparison.Ordinal) is true)!;
        AssertFields(type, status, "the status");
    }

    [TestMethod]
    public void SyncProtocol_ExampleOfABatch_IsRead()
    {
        var format = typeof(SyncOptions).Assembly.GetType("Sync.Delivery.BatchFormat")!;
        var read = format.GetMethod("Read", [typeof(ReadOnlyMemory<byte>)])!;
        var batch = (SyncBatch)read.Invoke(null, [new ReadOnlyMemory<byte>(Encoding.UTF8.GetBytes(ExampleBelow("## A batch")))])!;
        Assert.AreEqual("catalog/product/7/1.128", batch.Messages.Single().Id);
        Assert.IsNotNull(JsonSerializer.Deserialize<ProductChanged>(batch.Messages[0].Payload.Span, JsonSerializerOptions.Web));
    }

    private static string ExampleBelow(string heading)
    {
        var text = File.ReadAllText(RepositoryRoot.File($"docs/reference/{Page}"));
        var below = text[text.IndexOf(heading, StringComparison.Ordinal)..];
        var example = below[(below.IndexOf("```json", StringComparison.Ordinal) + 7)..];
        return example[..example.IndexOf("```", StringComparison.Ordinal)];
    }

    private static void AssertFields(Type type, JsonObject shown, string where)
    {
        var fields = ProtocolText.Fields(type).ToList();
        CollectionAssert.AreEquivalent(fields.Select(static field => field.Name).ToArray(), shown.Select(static field => field.Key).ToArray(), where);
        foreach (var (name, inner) in fields)
        {
            if (shown[name] is JsonObject nested && inner.Assembly == typeof(SyncOptions).Assembly) AssertFields(inner, nested, $"{where}: {name}");
        }
    }

    private static async Task<IReadOnlyList<RouteEndpoint>> EndpointsAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Services.AddSync(builder.Configuration, static sync => sync.UseSqlite("Data Source=unused.db").Module("sample", SampleModule.Map));
        await using var app = builder.Build();
        app.MapSync();
        var endpoints = ((IEndpointRouteBuilder)app).DataSources.SelectMany(static source => source.Endpoints).OfType<RouteEndpoint>().ToList();
        Assert.IsNotEmpty(endpoints, "Sync maps endpoints.");
        return endpoints;
    }

    private static string Call(RouteEndpoint endpoint)
    {
        var path = endpoint.RoutePattern.RawText!.TrimEnd('/').Replace("{name}", "{m}", StringComparison.Ordinal);
        return $"`{endpoint.Metadata.GetRequiredMetadata<IHttpMethodMetadata>().HttpMethods.Single()} {path}`";
    }

    private static string Request(RouteEndpoint endpoint)
    {
        if (endpoint.Metadata.GetMetadata<IAcceptsMetadata>()?.RequestType is { } type) return ProtocolText.Object(type);
        // The one that reads the body by itself.
        return Handler(endpoint).GetParameters().Any(static parameter => parameter.ParameterType == typeof(HttpContext)) ? "[a batch](#a-batch)" : "-";
    }

    private static string Answer(RouteEndpoint endpoint) => AnswerType(endpoint) switch
    {
        null => "[a reply](#a-batch)",
        { Name: "ModuleStatus" } => "[the status](#status)",
        var type => ProtocolText.Object(type),
    };

    private static Type? AnswerType(RouteEndpoint endpoint)
    {
        var type = Handler(endpoint).ReturnType;
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Task<>)) type = type.GetGenericArguments()[0];
        return type.IsGenericType && type.GetGenericTypeDefinition() == typeof(JsonHttpResult<>) ? type.GetGenericArguments()[0] : null;
    }

    private static MethodInfo Handler(RouteEndpoint endpoint) => endpoint.Metadata.GetRequiredMetadata<MethodInfo>();
}
