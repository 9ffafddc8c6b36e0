using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Sync.NServiceBus;

/// <summary>The settings of the section <c>Sync:NServiceBus</c>. With <see cref="Transport"/> set, the process receives over NServiceBus; <c>Sync:Channel=NServiceBus</c> makes it send, too.</summary>
public sealed class NServiceBusOptions
{
    /// <summary>What carries messages: <c>sqlserver</c>, <c>postgresql</c>, or <c>learning</c> (files in a directory, to try it out). Empty: no endpoint is started.</summary>
    public string Transport { get; set; } = "";

    /// <summary>The connection string of the database that holds the queues; all endpoints share it. For SQL Server it names an Initial Catalog.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>The schema of the queues, where it is not the database's default.</summary>
    public string? Schema { get; set; }

    /// <summary>The directory of the learning transport; all endpoints share it.</summary>
    public string? Directory { get; set; }

    /// <summary>This process's endpoint: the name of its queue. All instances of one side share it.</summary>
    public string Endpoint { get; set; } = "";

    /// <summary>The endpoint of each receiver: by module for its other side, by module/name for a subscriber.</summary>
    public Dictionary<string, string> Endpoints { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Where messages go that cannot be handled.</summary>
    /// <value>Defaults to <c>error</c>, as ServiceControl expects it.</value>
    [Required]
    public string ErrorQueue { get; set; } = "error";

    /// <summary>A queue to which every handled message is copied, or null.</summary>
    public string? AuditQueue { get; set; }

    /// <summary>How many messages are handled at a time. Those that arrive together are applied in one transaction.</summary>
    /// <value>Defaults to 32.</value>
    [Range(1, 1_000)]
    public int Concurrency { get; set; } = 32;

    /// <summary>How many messages are handed to the transport in one transaction.</summary>
    /// <value>Defaults to 100.</value>
    [Range(1, 1_000)]
    public int SendBatchSize { get; set; } = 100;

    /// <summary>How often an idle queue is looked at. It adds to the lag.</summary>
    /// <value>Defaults to 100 ms, the least that the transports take.</value>
    public TimeSpan PeekDelay { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>How long a change that the database refuses waits for what it may refer to, for a bus keeps no order between messages.</summary>
    /// <value>Defaults to 1 s.</value>
    public TimeSpan RefusalGrace { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Whether queues that are missing are created at the start. Without the right to do so, create them beforehand and set this to false.</summary>
    /// <value>Defaults to true.</value>
    public bool CreateQueues { get; set; } = true;

    internal bool IsUsed => !string.IsNullOrWhiteSpace(Transport);
}

/// <summary>Names every setting that is missing or cannot be, before anything is started.</summary>
internal sealed class NServiceBusOptionsValidation(IOptions<SyncOptions> sync) : IValidateOptions<NServiceBusOptions>
{
    public ValidateOptionsResult Validate(string? name, NServiceBusOptions options)
    {
        var sends = string.Equals(sync.Value.Channel, NServiceBusServices.Channel, StringComparison.OrdinalIgnoreCase);
        if (!options.IsUsed)
        {
            return sends
                ? ValidateOptionsResult.Fail("Sync:Channel is 'NServiceBus', but Sync:NServiceBus:Transport is not set. Set it to 'sqlserver', 'postgresql' or 'learning'.")
                : ValidateOptionsResult.Success;
        }

        var faults = new List<string>();
        if (string.IsNullOrWhiteSpace(options.Endpoint)) faults.Add("Sync:NServiceBus:Endpoint is missing: the name of this process's queue.");
        if (options.PeekDelay < TimeSpan.FromMilliseconds(100) || options.PeekDelay > TimeSpan.FromSeconds(10))
            faults.Add($"Sync:NServiceBus:PeekDelay is {options.PeekDelay}; the transports take 100 ms to 10 s.");
        if (Transports.Fault(options) is { } fault) faults.Add(fault);
        if (sends)
        {
            foreach (var receiver in ReceiversOf(sync.Value).Where(receiver => !options.Endpoints.ContainsKey(receiver)))
                faults.Add($"Sync:NServiceBus:Endpoints:{receiver} is missing: the endpoint of that receiver.");
        }

        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private static IEnumerable<string> ReceiversOf(SyncOptions sync) =>
        sync.Peers.Keys.Concat(sync.Subscribers.SelectMany(module => module.Value.Keys.Select(subscriber => $"{module.Key}/{subscriber}")));
}
