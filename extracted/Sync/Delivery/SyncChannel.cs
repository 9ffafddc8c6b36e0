using Microsoft.Extensions.Options;

namespace Sync;

/// <summary>A channel that <c>Sync:Channel</c> may name. Add one as a singleton of the host.</summary>
/// <param name="Name">The name in the settings.</param>
/// <param name="CanPublish">Whether it also publishes to whoever has subscribed (<see cref="SyncOptions.Publish"/>).</param>
/// <param name="Create">Makes it.</param>
public sealed record SyncChannel(string Name, bool CanPublish, Func<IServiceProvider, IChannel> Create)
{
    internal const string Http = "Http";
}

/// <summary>Finds the channel that the settings name, or says why there is none.</summary>
internal sealed class ChannelChoice(IEnumerable<SyncChannel> channels) : IValidateOptions<SyncOptions>
{
    public SyncChannel? Find(string name) => channels.LastOrDefault(channel => string.Equals(channel.Name, name, StringComparison.OrdinalIgnoreCase));

    public ValidateOptionsResult Validate(string? name, SyncOptions options)
    {
        if (Find(options.Channel) is not { } channel) return ValidateOptionsResult.Fail(Unknown(options.Channel));
        return options.Publish && !channel.CanPublish
            ? ValidateOptionsResult.Fail($"Sync:Publish needs a channel that publishes; '{channel.Name}' does not. Take the setting out, or set Sync:Channel to another channel.")
            : ValidateOptionsResult.Success;
    }

    private string Unknown(string name) => string.Equals(name, "NServiceBus", StringComparison.OrdinalIgnoreCase)
        ? "Sync:Channel is 'NServiceBus', and this program was built without it. Build it in with: dotnet build -p:NServiceBus=true (in the folder of the solution; or set the environment variable NServiceBus=true for whatever builds)."
        : $"Sync:Channel is '{name}', which this program does not have. It has {string.Join(", ", channels.Select(channel => $"'{channel.Name}'"))}.";
}
