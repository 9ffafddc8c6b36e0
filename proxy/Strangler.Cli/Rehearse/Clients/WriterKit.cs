using Strangler.Cli.Rehearse.Load;
using Strangler.Corpus;

namespace Strangler.Cli.Rehearse.Clients;

/// <summary>What all writers share.</summary>
/// <param name="Proxy">Where writes and reads go.</param>
/// <param name="Tally">What they were told.</param>
/// <param name="Acknowledged">What must be there.</param>
/// <param name="Reader">Reads records back.</param>
/// <param name="Placeholders">Fills requests.</param>
/// <param name="Headers">Sent with every request.</param>
/// <param name="EndpointOf">The endpoint of the plan that a write goes to.</param>
/// <param name="MayInterrupt">True while a fault may take an answer away.</param>
internal sealed record WriterKit(
    LoadSender Proxy,
    LoadTally Tally,
    AcknowledgedWrites Acknowledged,
    RecordReader Reader,
    Placeholders Placeholders,
    IReadOnlyList<ExchangeHeader> Headers,
    Func<LoadWrite, string> EndpointOf,
    Func<bool> MayInterrupt)
{
    public LoadRequest RequestFor(LoadRecord record, LoadWrite write, LoadValues values)
    {
        var headers = Headers.Concat(record.Headers).Select(h => h with { Value = Placeholders.Fill(h.Value, values) }).ToList();
        ReadOnlyMemory<byte>? body = write.Body is null ? null : write.Body.Fill(Placeholders, values);
        return new LoadRequest(EndpointOf(write), write.Method, Placeholders.Fill(write.Target, values), headers, body, write.Body?.ContentType) { CanBeRepeated = write.CanBeRepeated };
    }
}
