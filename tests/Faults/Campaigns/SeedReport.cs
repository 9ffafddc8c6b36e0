using System.Globalization;
using Faults.Checking;
using Faults.Scheduling;

namespace Faults.Campaigns;

/// <summary>What one seed came to.</summary>
/// <param name="Seed">The seed.</param>
/// <param name="Schedule">What was to be done.</param>
/// <param name="Switches">Those that got as far as a fence.</param>
/// <param name="Aborted">Those of them that were aborted.</param>
/// <param name="Operations">Requests of clients.</param>
/// <param name="Acknowledged">Those that were told to be done.</param>
/// <param name="Unknown">Those whose outcome the client was not told.</param>
/// <param name="Stills">How often both sides were looked at while nothing was under way.</param>
/// <param name="Seconds">How long it took.</param>
/// <param name="Violations">The promises that were broken.</param>
/// <param name="Planned">What the schedule was to cover.</param>
/// <param name="Reached">What has really been done.</param>
/// <param name="Kept">The directory with logs, databases and history, or null.</param>
internal sealed record SeedReport(
    int Seed, string Schedule, int Switches, int Aborted, int Operations, int Acknowledged, int Unknown, int Stills, double Seconds,
    IReadOnlyList<Violation> Violations, IReadOnlyList<Cell> Planned, IReadOnlyList<Cell> Reached, string? Kept)
{
    public string Line => string.Create(
        CultureInfo.InvariantCulture,
        $"seed {Seed,4}  {Switches,2} switches ({Aborted} aborted)  {Operations,5} operations  {Unknown,3} unknown  {Stills} looks  {Violations.Count} violations  {Seconds,5:0.0} s");
}
