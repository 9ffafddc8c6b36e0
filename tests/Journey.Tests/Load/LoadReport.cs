namespace Journey.Tests.Load;

/// <summary>What the clients were told while the load ran.</summary>
internal sealed record LoadReport(
    int Writes,
    int Reads,
    IReadOnlyList<string> Failures,
    IReadOnlyList<string> Differences,
    TimeSpan LongestWrite,
    TimeSpan MedianWrite)
{
    public override string ToString() =>
        $"{Writes} writes, {Reads} reads, {Failures.Count} failed, {Differences.Count} differing, " +
        $"writes: median {MedianWrite.TotalMilliseconds:0.0} ms, longest {LongestWrite.TotalMilliseconds:0.0} ms";
}
