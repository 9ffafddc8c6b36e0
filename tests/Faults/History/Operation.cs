namespace Faults.History;

/// <summary>What a client asked for.</summary>
internal enum Act
{
    Read,
    Change,
    Create,
    Remove,
    Transfer,
}

/// <summary>What the client was told.</summary>
internal enum Outcome
{
    /// <summary>Done.</summary>
    Acknowledged,

    /// <summary>Not done, for certain.</summary>
    Refused,

    /// <summary>No answer, or one that leaves it open.</summary>
    Unknown,
}

/// <summary>One request of one client from its start to what the client was told.</summary>
internal sealed record Operation
{
    public required string Client { get; init; }

    public required Act Act { get; init; }

    /// <summary>The row's key; 0 for a create that got none. The row that gives, for a transfer.</summary>
    public required int Key { get; init; }

    /// <summary>The row that takes.</summary>
    public int Other { get; init; }

    /// <summary>What was written, or what was read; null for nothing there. A value is written once in a run.</summary>
    public string? Value { get; init; }

    /// <summary>What a transfer moves, in cents.</summary>
    public long Amount { get; init; }

    public required Outcome Outcome { get; init; }

    /// <summary>The row's version in the answer, 0 for none.</summary>
    public int Version { get; init; }

    public int OtherVersion { get; init; }

    public int Status { get; init; }

    /// <summary>Through which process it went: a proxy, or a side that was asked directly.</summary>
    public required string Via { get; init; }

    /// <summary>The epoch that a side named when it was asked directly, 0 for none.</summary>
    public long Epoch { get; init; }

    public required TimeSpan Start { get; init; }

    public required TimeSpan End { get; init; }

    public string? Detail { get; init; }

    public override string ToString() =>
        $"{Client} via {Via}: {Act} {Key}{(Other != 0 ? $"->{Other} by {Amount}" : "")} '{Value}' v{Version} {Outcome} ({Status}) from {Start.TotalSeconds:0.000} to {End.TotalSeconds:0.000} s{(Detail is null ? "" : $": {Detail}")}";
}
