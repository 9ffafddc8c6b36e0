namespace Strangler.Plan;

/// <summary>One thing that is wrong in a plan.</summary>
/// <param name="Where">The place, as <c>modules.catalog.endpoints[1].match (line 12)</c>.</param>
/// <param name="What">What is wrong there.</param>
/// <param name="Mend">What to write instead.</param>
public sealed record PlanError(string Where, string What, string Mend)
{
    /// <summary>The error as one readable line.</summary>
    public override string ToString() => $"{Where}: {What} {Mend}";
}

/// <summary>The outcome of reading a plan: a snapshot, or every error there is.</summary>
/// <param name="Snapshot">The plan; null when there are errors.</param>
/// <param name="Errors">All errors, in the order of the file.</param>
public sealed record PlanValidation(PlanSnapshot? Snapshot, IReadOnlyList<PlanError> Errors);

/// <summary>Thrown when the proxy is started with a wrong plan.</summary>
/// <param name="file">The plan's file.</param>
/// <param name="errors">All errors.</param>
public sealed class PlanException(string file, IReadOnlyList<PlanError> errors)
    : Exception($"The plan {file} has {errors.Count} error(s):{string.Concat(errors.Select(static e => $"{Environment.NewLine}  {e}"))}")
{
    /// <summary>The plan's file.</summary>
    public string File { get; } = file;

    /// <summary>All errors, in the order of the file.</summary>
    public IReadOnlyList<PlanError> Errors { get; } = errors;
}
