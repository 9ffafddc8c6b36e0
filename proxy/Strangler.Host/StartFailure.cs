using Microsoft.Extensions.Options;
using Strangler.Plan;
using Strangler.Stages.Store;

namespace Strangler.Host;

/// <summary>What a person reads who starts the proxy with something wrong: what it is and how to mend it, without a stack trace.</summary>
internal static class StartFailure
{
    /// <returns>The lines to print; null for a failure that is a fault of the program.</returns>
    public static IReadOnlyList<string>? Explain(Exception error) => error switch
    {
        PlanException plan => [$"The plan {plan.File} is wrong ({plan.Errors.Count} to mend):", .. plan.Errors.Select(static e => $"  {e.Where}: {e.What} {e.Mend}")],
        StateStoreException state => [state.Message],
        OptionsValidationException options => ["The settings are wrong:", .. options.Failures.Select(static failure => $"  {failure}")],
        IOException { InnerException: Microsoft.AspNetCore.Connections.AddressInUseException } used =>
            [$"{used.Message}", "  Stop the other process, or choose another address with Strangler:PublicUrl or Strangler:AdminUrl."],
        _ => null,
    };
}
