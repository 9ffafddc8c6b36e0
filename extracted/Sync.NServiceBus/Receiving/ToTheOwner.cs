using System.Globalization;
using global::NServiceBus.Pipeline;
using global::NServiceBus.Transport;
using Microsoft.Extensions.Options;
using Sync.Ownership;

namespace Sync.NServiceBus;

/// <summary>
/// A command that reaches the side which may not write goes on to the other one, as a request is answered with 421 and repeated there. Who owns the module is asked before
/// the handler is, for what it finds in a copy may be old: it might see nothing to do. During a switch neither side may write, and if it is aborted the owner is the one that
/// the command came from: what was passed on is retried where it is, goes on at once when that side learns of a later owner, and after some retries anyhow.
/// </summary>
internal sealed class ToTheOwner(Func<Type, string?> moduleOfCommand, OwnershipStore ownerships, ITransportAddressResolver addresses, IOptions<NServiceBusOptions> options)
    : Behavior<IIncomingLogicalMessageContext>
{
    /// <summary>The epoch at which it was passed on last.</summary>
    private const string PassedOnAt = "Sync.PassedOn";

    /// <summary>How often it was passed on.</summary>
    private const string Passes = "Sync.Passes";

    private const int MostPasses = 10;
    private const int RetriesBetweenPasses = 3;

    public override async Task Invoke(IIncomingLogicalMessageContext context, Func<Task> next)
    {
        if (moduleOfCommand(context.Message.MessageType) is not { } module)
        {
            await next();
            return;
        }

        try
        {
            var ownership = await ownerships.RefreshAsync(module, context.CancellationToken);
            if (ownership.State != OwnerState.Owner) throw new NotOwnerException(module, ownership.Epoch, ownership.State);
            await next();
        }
        catch (NotOwnerException refused) when (MayGoOn(context, refused.Epoch) && options.Value.Endpoints.TryGetValue(refused.Module, out var owner))
        {
            context.Headers[PassedOnAt] = refused.Epoch.ToString(CultureInfo.InvariantCulture);
            context.Headers[Passes] = (Number(context, Passes) + 1).ToString(CultureInfo.InvariantCulture);
            // They are counted anew there.
            context.Headers.Remove(Headers.DelayedRetries);
            await context.ForwardCurrentMessageTo(addresses.ToTransportAddress(new QueueAddress(owner)));
        }
    }

    private static bool MayGoOn(IIncomingLogicalMessageContext context, long epoch) => Number(context, Passes) is var passes
        && (passes == 0 || (passes < MostPasses && (epoch > Number(context, PassedOnAt) || Number(context, Headers.DelayedRetries) >= RetriesBetweenPasses)));

    private static long Number(IIncomingLogicalMessageContext context, string header) =>
        context.Headers.TryGetValue(header, out var text) && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
}
