using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using TestKit.Processes;

namespace Docs.Tests.Reference;

[TestClass]
public sealed partial class EventIdTests
{
    private const string Page = "event-ids.md";
    private const BindingFlags All = BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    private static IReadOnlyList<(Type Type, LoggerMessageAttribute Event)> Events { get; } = [.. ProductCode.Types
        .SelectMany(static type => type.GetMethods(All), static (type, method) => (type, method.GetCustomAttribute<LoggerMessageAttribute>()!))
        .Where(static pair => pair.Item2 is not null)
        .OrderBy(static pair => pair.Item2.EventId)];

    [TestMethod]
    public void EventIds_Page_EqualsTheCode() => ReferencePage.AssertEquals(Page, new CodeTable(
        "events",
        ["id", "level", "message"],
        [.. Events.Select(static found => new CodeRow([$"{found.Event.EventId}", $"{found.Event.Level}", found.Event.Message.Replace("|", "\\|", StringComparison.Ordinal)]))]));

    [TestMethod]
    public void EventIds_Product_AreUnique()
    {
        var twice = Events.GroupBy(static found => found.Event.EventId).Where(static same => same.Count() > 1)
            .Select(static same => $"{same.Key}: {string.Join(", ", same.Select(static found => found.Type.FullName))}");
        Assert.IsEmpty(twice, string.Join('\n', twice));
    }

    [TestMethod]
    public void EventIds_Bands_HoldTheEventsOfOneProjectEach()
    {
        var bands = File.ReadLines(RepositoryRoot.File($"docs/reference/{Page}")).Select(static line => Band().Match(line)).Where(static match => match.Success)
            .Select(static match => (From: int.Parse(match.Groups["from"].Value, CultureInfo.InvariantCulture), To: int.Parse(match.Groups["to"].Value, CultureInfo.InvariantCulture), Project: match.Groups["project"].Value)).ToList();
        Assert.IsNotEmpty(bands, "The page lists bands.");
        var (outside, used) = (new List<string>(), new HashSet<int>());
        foreach (var (type, found) in Events)
        {
            var holding = bands.Where(band => found.EventId >= band.From && found.EventId <= band.To).ToList();
            if (holding is not [var one] || one.Project != type.Assembly.GetName().Name) outside.Add($"{found.EventId} of {type.FullName} is in no band of its project.");
            else used.Add(one.From);
        }

        Assert.IsEmpty(outside, string.Join('\n', outside));
        Assert.IsEmpty(bands.Where(band => !used.Contains(band.From)), "Every band has an event.");
    }

    [GeneratedRegex(@"^\| (?<from>\d+) to (?<to>\d+) \| `(?<project>[\w.]+)` \|")]
    private static partial Regex Band();
}
