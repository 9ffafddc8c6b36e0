using System.Globalization;
using Strangler.Cli.Rehearse.Load;

namespace Strangler.Cli.Rehearse.Clients;

/// <summary>One client that writes records of its own and reads back what it wrote. Nobody else writes them, so that it knows what it must see.</summary>
internal sealed class Writer(int number, WriterKit kit, IReadOnlyList<WrittenRecord> records) : IDisposable
{
    private readonly string _name = string.Create(CultureInfo.InvariantCulture, $"client-{number}");
    private readonly Random _random = new(1000 + number);
    private readonly CookieJar _jar = new();
    private readonly SemaphoreSlim _turn = new(1, 1);
    private long _value = 100;

    public async Task RunAsync(double perSecond, CancellationToken stop)
    {
        var pace = new Pace(perSecond);
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await pace.NextAsync(stop);
                await _turn.WaitAsync(stop);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            try
            {
                await WriteAsync();
            }
            finally
            {
                _turn.Release();
            }
        }
    }

    /// <summary>Returns once no write of this client is under way; the next one waits for <see cref="Resume"/>.</summary>
    public Task PauseAsync() => _turn.WaitAsync();

    public void Resume() => _turn.Release();

    public void Dispose() => _turn.Dispose();

    private async Task WriteAsync()
    {
        var record = ChooseRecord();
        var write = record.Choose(_random);
        var key = write.Effect switch
        {
            WriteEffect.Creates => "",
            WriteEffect.Removes => record.TakeCreated(),
            _ => record.AnyKey(_random),
        };
        var values = new LoadValues(_name, key, ++_value, $"{_name}-{_value}-{Guid.NewGuid():N}");
        var request = kit.RequestFor(record.Description, write, values);

        var began = TimeProvider.System.GetTimestamp();
        var answer = await kit.Proxy.SendAsync(request, _jar);
        // Repeated, a removal finds nothing any more: that is its answer.
        var done = answer.Status == write.Status || answer.Repeated && write.Effect == WriteEffect.Removes && answer.Status == record.Description.Gone;
        if (done) await AcknowledgedAsync(record, write, request, values, answer, began);
        else await NotDoneAsync(record, write, request, values, answer);
    }

    private WrittenRecord ChooseRecord()
    {
        var at = _random.Next(records.Sum(static r => r.Description.Weight));
        return records.First(r => (at -= r.Description.Weight) < 0);
    }

    private async Task AcknowledgedAsync(WrittenRecord record, LoadWrite write, LoadRequest request, LoadValues values, LoadAnswer answer, long began)
    {
        kit.Tally.Wrote(new TimedWrite(began, TimeProvider.System.GetElapsedTime(began)));
        var shown = write.Answer?.In(answer.Answer!.Body);
        if (write.Answer is not null && shown is null)
        {
            kit.Tally.Failed.Add(new Finding(request.Endpoint, request.ToString(), $"its answer has nothing at {write.Answer}"));
            return;
        }

        var key = write.Effect == WriteEffect.Creates ? shown! : values.Key;
        if (write.Effect == WriteEffect.Creates) record.AddCreated(key);
        var left = write.Effect switch
        {
            WriteEffect.Removes => null,
            WriteEffect.Creates => values.Value.ToString(CultureInfo.InvariantCulture),
            _ => shown ?? values.Value.ToString(CultureInfo.InvariantCulture),
        };
        kit.Acknowledged.Acknowledged(record.Description, key, left);
        await ReadBackAsync(record.Description, key, left);
    }

    private async Task NotDoneAsync(WrittenRecord record, LoadWrite write, LoadRequest request, LoadValues values, LoadAnswer answer)
    {
        if (answer.IsUnknown && kit.MayInterrupt()) kit.Tally.WasInterrupted();
        else kit.Tally.Failed.Add(new Finding(request.Endpoint, request.ToString(), answer.Error is { } error ? $"no answer: {error}" : $"answered {answer.Status}, expected {write.Status}"));
        if (write.Effect == WriteEffect.Creates) return;
        // It may have been done or not: what the client reads next is what it goes on from.
        kit.Acknowledged.Forget(record.Description, values.Key);
        var seen = RecordReader.Read(record.Description, await kit.Proxy.SendAsync(kit.Reader.RequestFor(record.Description, _name, values.Key), _jar));
        if (seen.Problem is null && write.Effect != WriteEffect.Removes) kit.Acknowledged.Found(record.Description, values.Key, seen.Value);
    }

    /// <summary>A client that has just written is answered by a side that knows the write.</summary>
    private async Task ReadBackAsync(LoadRecord record, string key, string? written)
    {
        var request = kit.Reader.RequestFor(record, _name, key);
        var seen = RecordReader.Read(record, await kit.Proxy.SendAsync(request, _jar));
        if (seen.Problem is { } problem) kit.Tally.Failed.Add(new Finding(request.Endpoint, request.ToString(), problem));
        else if (!RecordReader.AreSame(seen.Value, written))
            kit.Tally.Differing.Add(new Finding(request.Endpoint, request.ToString(), $"the client had written {written ?? "(removed)"} and read {seen.Value ?? "(gone)"}"));
    }
}
