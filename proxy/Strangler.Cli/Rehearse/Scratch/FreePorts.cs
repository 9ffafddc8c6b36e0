using System.Net;
using System.Net.Sockets;

namespace Strangler.Cli.Rehearse.Scratch;

/// <summary>Ports of this machine that nobody uses at the moment.</summary>
internal static class FreePorts
{
    public static IReadOnlyList<int> Take(int count)
    {
        // All are held until the last one is found, or the same one would be found again.
        var listeners = Enumerable.Range(0, count).Select(static _ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        try
        {
            foreach (var listener in listeners) listener.Start();
            return [.. listeners.Select(static l => ((IPEndPoint)l.LocalEndpoint).Port)];
        }
        finally
        {
            foreach (var listener in listeners) listener.Dispose();
        }
    }
}
