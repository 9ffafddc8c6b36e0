using Strangler.Cli.Running;
using Strangler.Plan;

namespace Strangler.Cli.Up;

/// <summary>Sees that the proxy will accept the plan, before anything is built or started.</summary>
internal static class PlanCheck
{
    /// <returns>The plan's modules.</returns>
    public static IReadOnlyList<string> Run(UpLayout layout)
    {
        var read = PlanReader.Read(layout.Plan);
        if (read.Snapshot is { } plan) return [.. plan.Modules.Keys];
        throw new CommandFailure(
            $"{layout.Plan} is wrong:{string.Concat(read.Errors.Select(static e => $"\n  {e.Where}: {e.What} {e.Mend}"))}",
            document: new { error = $"{layout.Plan} is wrong.", read.Errors });
    }
}
