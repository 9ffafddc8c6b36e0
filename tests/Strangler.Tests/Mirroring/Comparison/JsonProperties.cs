using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.FSharp.Core;
using Strangler.Mirroring.Comparison;
using Strangler.Plan;
using static Strangler.Tests.Mirroring.Comparison.Answers;

namespace Strangler.Tests.Mirroring.Comparison;

/// <summary>Statements about any JSON document. The seed is fixed, so that the suite does the same every time.</summary>
[TestClass]
public sealed class JsonProperties
{
    private static readonly Config Cases = Config.QuickThrowOnFailure.WithMaxTest(400).WithReplay(FSharpOption<Replay>.Some(new Replay(new Rnd(20260101), FSharpOption<int>.None)));

    [TestMethod]
    public void Document_WrittenInAnyOrderAndSpacing_EqualsItself() => Check.One(Cases, Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), static seed =>
    {
        var random = new Random(seed);
        var document = JsonNode.Parse(Make(random, 0)!.ToJsonString())!;
        IsAlike(Json(document.ToJsonString(), Write(document, random)));
    }));

    [TestMethod]
    public void Document_WithOneChange_DiffersAtItsPlaceAndNowhereElse() => Check.One(Cases, Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), static seed =>
    {
        var random = new Random(seed);
        var document = JsonNode.Parse(Make(random, 0)!.ToJsonString())!;
        var changed = document.DeepClone();
        var (path, kind) = Change(changed.AsObject(), random);
        var found = Json(document.ToJsonString(), Write(changed, random));
        Assert.AreEqual($"{kind} {path}", string.Join(", ", found.Differences.Select(static d => $"{d.Kind} {d.Path}")), $"{document.ToJsonString()}\n{changed.ToJsonString()}");
        Assert.IsNotNull(JsonPath.Parse(path), path);
        IsAlike(Json(document.ToJsonString(), Write(changed, random), new CompareRules([new IgnoreRule(path, null, "it is the change")])));
    }));

    private static JsonNode? Make(Random random, int depth) => (depth == 0 ? 0 : random.Next(depth > 3 ? 4 : 7)) switch
    {
        0 or 5 when depth <= 3 => new JsonObject(Enumerable.Range(0, random.Next(1, 6)).Select(i => new KeyValuePair<string, JsonNode?>($"{(random.Next(4) == 0 ? "odd 'n\\ " : "m")}{i}", Make(random, depth + 1)))),
        6 => new JsonArray([.. Enumerable.Range(0, random.Next(6)).Select(_ => Make(random, depth + 1))]),
        1 => JsonValue.Create(random.Next(-5, 5)),
        2 => JsonValue.Create($"text {random.Next(3)} \"é\n"),
        3 => JsonValue.Create(random.Next(2) == 0),
        4 => JsonValue.Create(random.Next(1000) / 8m),
        _ => null,
    };

    /// <summary>Changes one thing somewhere in the document.</summary>
    private static (string Path, DifferenceKind Kind) Change(JsonObject document, Random random)
    {
        var (parent, path) = ((JsonNode)document, new StringBuilder("$"));
        while (true)
        {
            var (names, items) = (parent as JsonObject, parent as JsonArray);
            var count = names?.Count ?? items!.Count;
            if (names is not null && (count == 0 || random.Next(4) == 0))
            {
                if (count == 0 || random.Next(2) == 0)
                {
                    names["added"] = null;
                    JsonPath.Append(path, "added");
                    return (path.ToString(), DifferenceKind.Added);
                }

                var gone = names.ElementAt(random.Next(count)).Key;
                names.Remove(gone);
                JsonPath.Append(path, gone);
                return (path.ToString(), DifferenceKind.Missing);
            }

            if (count == 0)
            {
                items!.Add(null);
                return ($"{path}[0]", DifferenceKind.Added);
            }

            var at = random.Next(count);
            var child = names is null ? items![at] : names.ElementAt(at).Value;
            if (names is null) path.Append(CultureInfo.InvariantCulture, $"[{at}]");
            else JsonPath.Append(path, names.ElementAt(at).Key);
            if (child is JsonObject or JsonArray)
            {
                parent = child;
                continue;
            }

            var (value, kind) = Other(child, random);
            if (names is null) items![at] = value;
            else names[names.ElementAt(at).Key] = value;
            return (path.ToString(), kind);
        }
    }

    private static (JsonNode? Value, DifferenceKind Kind) Other(JsonNode? value, Random random) => value?.GetValueKind() switch
    {
        null => (JsonValue.Create(""), DifferenceKind.Type),
        JsonValueKind.Number => random.Next(2) == 0 ? (JsonValue.Create(value.ToJsonString()), DifferenceKind.Type) : (JsonValue.Create(value.GetValue<decimal>() + 0.0625m), DifferenceKind.Value),
        JsonValueKind.String => (JsonValue.Create($"{value.GetValue<string>()} "), DifferenceKind.Value),
        var truth => (JsonValue.Create(truth == JsonValueKind.False), DifferenceKind.Value),
    };

    /// <summary>The same document as another program might write it.</summary>
    private static string Write(JsonNode? node, Random random)
    {
        var space = new string(' ', random.Next(2)) + (random.Next(4) == 0 ? "\r\n\t" : "");
        return node switch
        {
            JsonObject o => $"{{{space}{string.Join($",{space}", o.OrderBy(_ => random.Next()).Select(m => $"{JsonSerializer.Serialize(m.Key)}{space}:{space}{Write(m.Value, random)}"))}{space}}}",
            JsonArray a => $"[{space}{string.Join($"{space},", a.Select(i => Write(i, random)))}]",
            null => "null",
            _ when node.GetValueKind() == JsonValueKind.Number => random.Next(3) switch
            {
                0 => node.ToJsonString(),
                1 => $"{node.GetValue<decimal>() * 1000m:0.############}e-3",
                _ => $"{node.GetValue<decimal>():0.0000000}",
            },
            _ => node.ToJsonString(),
        };
    }
}
