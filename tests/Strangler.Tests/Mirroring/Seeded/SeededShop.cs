using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Strangler.Tests.Mirroring.Seeded;

/// <summary>A small shop whose every answer carries ids and times of its own. One fault at a time can be put into it.</summary>
internal sealed class SeededShop
{
    public const string List = "/items?page=2", Item = "/items/7", Page = "/page", Text = "/text", Move = "/go", Nothing = "/empty";

    public static readonly string[] Targets = [List, Item, Page, Text, Move, Nothing];

    public Fault? Fault { get; set; }

    public async Task AnswerAsync(HttpContext context)
    {
        var reply = Make(context.Request);
        if (Fault is { } fault && fault.Target == $"{context.Request.Path}{context.Request.QueryString}") fault.Change(reply);
        context.Response.StatusCode = reply.Status;
        foreach (var (name, value) in reply.Headers) context.Response.Headers[name] = value;
        var bytes = reply.Encoding.GetBytes(reply.Json?.ToJsonString() ?? reply.Body);
        if (reply.IsPacked)
        {
            var packed = new MemoryStream();
            using (var gzip = new GZipStream(packed, CompressionLevel.Fastest)) gzip.Write(bytes);
            bytes = packed.ToArray();
            context.Response.Headers.ContentEncoding = "gzip";
        }

        if (bytes.Length > 0) await context.Response.Body.WriteAsync(bytes);
    }

    private static Reply Make(HttpRequest request)
    {
        var at = TimeProvider.System.GetUtcNow().ToString("O", CultureInfo.InvariantCulture);
        var id = Guid.NewGuid().ToString("N");
        switch (request.Path.Value)
        {
            case "/items":
                var reply = new Reply { Json = new JsonObject { ["requestId"] = id, ["at"] = at, ["page"] = 2, ["total"] = 40, ["next"] = "/items?page=3", ["items"] = new JsonArray([.. Rows(11, 20)]) } };
                reply.Headers["Link"] = "</items?page=3>; rel=\"next\", </items?page=1>; rel=\"prev\"";
                reply.Headers["Cache-Control"] = "max-age=60";
                reply.Headers["ETag"] = $"\"{id}\"";
                return reply;
            case "/items/7":
                var item = new Reply
                {
                    Json = new JsonObject
                    {
                        ["id"] = 7, ["name"] = "Müller's Käse", ["price"] = 12.345m, ["made"] = "2024-05-06T10:00:00Z", ["sale"] = true, ["tags"] = new JsonArray(), ["ean"] = 40123456789012345678m,
                        ["viewed"] = new JsonObject { ["at"] = at, ["by"] = id },
                    },
                };
                item.Headers["Set-Cookie"] = $"session={id}; path=/; httponly; samesite=lax";
                return item;
            case "/page":
                var rows = string.Concat(Enumerable.Range(1, 4).Select(i => $"<tr data-row={id[..8]}><td>{i}</td><td>thing {i}</td></tr>"));
                return new Reply("text/html; charset=utf-8", $"<!doctype html><title>Shop</title><main><form><input type=hidden name=token value={id}></form><table>{rows}</table><a href=\"/items\">all</a></main><footer>made at {at}</footer>");
            case "/text":
                return new Reply("text/plain; charset=utf-8", $"first\nat {at}\nthird\nfourth\n") { IsPacked = true };
            case "/go":
                var move = new Reply("text/plain", "") { Status = 302 };
                move.Headers["Location"] = "/items?page=1";
                return move;
            default:
                return new Reply("text/plain", "") { Status = 204 };
        }
    }

    private static IEnumerable<JsonNode> Rows(int first, int last) => Enumerable.Range(first, last - first + 1).Select(static n => Row(n));

    public static JsonObject Row(int number) => new()
    {
        ["id"] = number, ["name"] = $"thing {number}", ["price"] = number * 1.5m, ["trace"] = Guid.NewGuid().ToString(),
    };

    /// <summary>An answer before it is written.</summary>
    internal sealed class Reply
    {
        public Reply(string type, string body) => (Headers["Content-Type"], Body) = (type, body);

        public Reply()
            : this("application/json; charset=utf-8", "")
        {
        }

        public int Status { get; set; } = 200;

        public Dictionary<string, string> Headers { get; } = [];

        public JsonObject? Json { get; init; }

        public JsonArray Items => Json!["items"]!.AsArray();

        public string Body { get; set; }

        public bool IsPacked { get; init; }

        public Encoding Encoding { get; set; } = new UTF8Encoding(false);
    }
}

/// <summary>Something that a service does wrong, and the place where the comparison must say so.</summary>
internal sealed record Fault(string Name, string Target, string Kind, string Path, Action<SeededShop.Reply> Change);
