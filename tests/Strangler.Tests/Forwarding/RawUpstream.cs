using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Strangler.Tests.Forwarding;

/// <summary>
/// An upstream that answers every connection with the same bytes, whatever they are, and closes it; or keeps it open, reads one more request, and
/// closes it without an answer to that.
/// </summary>
internal sealed class RawUpstream : IAsyncDisposable
{
    private readonly bool _leavesTheSecondUnanswered;
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Task _serving;

    public RawUpstream(string answer, bool leavesTheSecondUnanswered = false)
    {
        _leavesTheSecondUnanswered = leavesTheSecondUnanswered;
        _listener.Start();
        _serving = ServeAsync(Encoding.Latin1.GetBytes(answer));
    }

    /// <summary>The first line of every request received.</summary>
    public ConcurrentQueue<string> Received { get; } = new();

    public async Task BecomeLegacyOfAsync(ProxyUnderTest test)
    {
        var text = await File.ReadAllTextAsync(test.PlanFile);
        await File.WriteAllTextAsync(test.PlanFile, text.Replace(test.Legacy.Address.ToString(), $"http://{_listener.LocalEndpoint}/", StringComparison.Ordinal));
        var read = await test.Plans.ReloadAsync();
        Assert.IsEmpty(read.Errors);
        await TestKit.Eventually.TrueAsync(
            () => test.Get<Yarp.ReverseProxy.IProxyStateLookup>().TryGetCluster("legacy", out var cluster)
                && cluster.Destinations.Values.Any(destination => destination.Model.Config.Address.Contains($"{_listener.LocalEndpoint}", StringComparison.Ordinal)));
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _serving;
    }

    private async Task ReceiveAsync(NetworkStream stream)
    {
        var buffer = new byte[64 * 1024];
        var read = await stream.ReadAsync(buffer);
        if (read > 0) Received.Enqueue(Encoding.Latin1.GetString(buffer, 0, read).Split("\r\n")[0]);
    }

    private async Task ServeAsync(byte[] answer)
    {
        try
        {
            while (true)
            {
                using var client = await _listener.AcceptTcpClientAsync();
                var stream = client.GetStream();
                await ReceiveAsync(stream);
                await stream.WriteAsync(answer);
                if (_leavesTheSecondUnanswered) await ReceiveAsync(stream);
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException or InvalidOperationException or IOException)
        {
            // The listener has been stopped.
        }
    }
}
