using Faults.Checking;

namespace Faults.Campaigns;

/// <summary>What one seed came to.</summary>
internal sealed record SeedReport(int Seed, string Schedule, int Switches, int Aborted, int Operations, int Acknowledged, int Unknown, int Stills, double Seconds, IReadOnlyList<Violation> Violations, string? Kept)
{
    public string Line =>
        $"seed {Seed,6}  {Switches,2} switches ({Aborted} aborted)  {Operations,5} operations  {Unknown,3} unknown  {Stills} looks  {Violations.Count} violations  {Seconds:0.0} s";
}
