using System.Text.Json;
using System.Text.Json.Serialization;

namespace Faults.Campaigns;

/// <summary>What a campaign prints in the end.</summary>
internal static class CampaignResult
{
    private static readonly JsonSerializerOptions Indented = new(JsonSerializerDefaults.Web) { WriteIndented = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    public static string Json(FaultOptions options, List<SeedReport> reports, bool finished) => JsonSerializer.Serialize(
        new
        {
            options.Database,
            options.Channel,
            options.Break,
            Finished = finished,
            Seeds = reports.Count,
            Violations = reports.Sum(static r => r.Violations.Count),
            Seconds = reports.Sum(static r => r.Seconds),
            Coverage = reports.SelectMany(static r => r.Reached).GroupBy(static c => c).Select(static g => new { g.Key.What, g.Key.Point, Direction = g.Key.Forward ? "there" : "back", Seeds = g.Count() }),
            Reports = reports.Select(static r => new { r.Seed, r.Schedule, r.Switches, r.Aborted, r.Operations, r.Acknowledged, r.Unknown, r.Stills, r.Seconds, r.Violations, r.Kept }),
        },
        Indented);

    public static string Text(FaultOptions options, List<SeedReport> reports, bool finished)
    {
        var rules = reports.SelectMany(static r => r.Violations).GroupBy(static v => v.Rule).Select(static g => $"  {g.Key,-28} {g.Count(),6}\n");
        return $"""

            {Coverage.Table([.. reports.Select(static r => r.Reached)])}
            {Coverage.Missing(reports)}

            database     {options.Database,10}
            channel      {options.Channel,10}
            seeds        {reports.Count,10}{(finished ? "" : $"  of {options.Seeds}: interrupted")}
            switches     {reports.Sum(static r => r.Switches),10}
            aborted      {reports.Sum(static r => r.Aborted),10}
            operations   {reports.Sum(static r => r.Operations),10}
            acknowledged {reports.Sum(static r => r.Acknowledged),10}
            unknown      {reports.Sum(static r => r.Unknown),10}
            seconds      {reports.Sum(static r => r.Seconds),10:0}
            violations   {reports.Sum(static r => r.Violations.Count),10}  in seeds: {string.Join(' ', reports.Where(static r => r.Violations.Count > 0).Select(static r => r.Seed))}
            {string.Concat(rules)}
            """;
    }
}
