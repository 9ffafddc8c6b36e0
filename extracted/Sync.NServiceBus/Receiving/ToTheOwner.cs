using System.Globalization;
using global::NServiceBus.Pipeline;
using global::NServiceBus.Transport;
using Microsoft.Extensions.Options;

namespace Sync.NServiceBus;

/// <summary>
/// A command that reaches the side which may not write goes on to the other one, as a request is answered with 421 and repeated there. During a switch nobody may write:
/// what was passed on already is retried until there is an owner.
/// </summary>
internal sealed class ToTheOwner(ITransportAddressResolver addresses, IOptions<NServiceBusOptions> options) : Behavior<IIncomingPhysicalMessageContext>
{
    private const string PassedOn = "Sync.PassedOn";

    public override async Task Invoke(IIncomingPhysicalMessageContext context, Func<Task> next)
    {
        try
        {
            await next();
        }
        catch (NotOwnerException refused) when (!context.Message.Headers.ContainsKey(PassedOn) && options.Value.Endpoints.TryGetValue(refused.Module, out var owner))
        {
            context.Message.Headers[PassedOn] = refused.Epoch.ToString(CultureInfo.InvariantCulture);
            await context.ForwardCurrentMessageTo(addresses.ToTransportAddress(new QueueAddress(owner)));
        }
    }
}
