using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Strangler.Tests.Forwarding;

/// <summary>An upstream that answers every connection with the same bytes, whatever they are, and closes it.</summary>
internal sealed class RawUpstream : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Task _serving;

    public RawUpstream(string answer)
    {
        _listener.Start();
        _serving = ServeAsync(Encoding.Latin1.GetBytes(answer));
    }

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

    private async Task ServeAsync(byte[] answer)
    {
        try
        {
            while (true)
            {
                using var client = await _listener.AcceptTcpClientAsync();
                var stream = client.GetStream();
                _ = await stream.ReadAsync(new byte[64 * 1024]);
                await stream.WriteAsync(answer);
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException or IOException)
        {
            // The listener has been stopped.
        }
    }
}
