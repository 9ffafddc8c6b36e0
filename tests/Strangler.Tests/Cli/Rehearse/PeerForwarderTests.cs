using System.Net.Sockets;
using Strangler.Cli.Rehearse.Faults;
using TestKit;

namespace Strangler.Tests.Cli.Rehearse;

[TestClass]
public sealed class PeerForwarderTests
{
    [TestMethod]
    public async Task Connection_PassedOnDelayedAndCut_EndsWhenItIsCut()
    {
        using var target = new TcpListener(System.Net.IPAddress.Loopback, 0);
        target.Start();
        await using var forwarder = new PeerForwarder(((System.Net.IPEndPoint)target.LocalEndpoint).Port) { Delay = TimeSpan.FromMilliseconds(50) };
        using var client = new TcpClient();
        await client.ConnectAsync(System.Net.IPAddress.Loopback, new Uri(forwarder.Url).Port);
        using var server = await target.AcceptTcpClientAsync();

        var began = TimeProvider.System.GetTimestamp();
        await client.GetStream().WriteAsync("ask"u8.ToArray());
        var received = new byte[3];
        await server.GetStream().ReadExactlyAsync(received);
        CollectionAssert.AreEqual("ask"u8.ToArray(), received);
        Assert.IsGreaterThanOrEqualTo(TimeSpan.FromMilliseconds(45), TimeProvider.System.GetElapsedTime(began));

        Assert.AreEqual(1, forwarder.Cut());
        await Eventually.TrueAsync(() => HasEnded(client), TimeSpan.FromSeconds(10), "the client sees the cut");
    }

    private static bool HasEnded(TcpClient client)
    {
        try
        {
            return client.Client.Poll(0, SelectMode.SelectRead) && client.Client.Receive(new byte[1]) == 0;
        }
        catch (SocketException)
        {
            return true;
        }
    }
}
