namespace Sync.Tests.Sample;

/// <summary>Another instance of a side on the same database.</summary>
public sealed class SecondInstance : IAsyncDisposable
{
    private readonly Gate _own;

    private SecondInstance(SampleSide side, Gate own, Gate way) => (Side, _own, Way) = (side, own, way);

    public SampleSide Side { get; }

    /// <summary>Its way to the other side.</summary>
    public Gate Way { get; }

    public static async Task<SecondInstance> StartAsync(SampleSide first, SampleSide other)
    {
        var (own, way) = (await Gate.StartAsync(), await Gate.StartAsync());
        way.Target = other.Host.Address;
        var second = new SecondInstance(first.Beside(own, way), own, way);
        await second.Side.StartAsync();
        return second;
    }

    public async ValueTask DisposeAsync()
    {
        await Side.DisposeAsync();
        await Way.DisposeAsync();
        await _own.DisposeAsync();
    }
}
