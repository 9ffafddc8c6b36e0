using System.Net;
using System.Net.Sockets;

namespace TestKit.Processes;

/// <summary>A port that nobody listens on and no other test process on this machine is given meanwhile.</summary>
public sealed class FreePort : IDisposable
{
    private readonly FileStream _claim;

    private FreePort(int number, FileStream claim) => (Number, _claim) = (number, claim);

    public int Number { get; }

    public string Url => $"http://127.0.0.1:{Number}";

    /// <summary>Takes a port below the range from which the system gives out ports for outgoing connections.</summary>
    public static FreePort Take()
    {
        for (var attempt = 0; attempt < 1000; attempt++)
        {
            if (TryTake(Random.Shared.Next(20000, 32000)) is { } port) return port;
        }

        throw new InvalidOperationException("No free port from 20000 to 31999 in 1000 attempts.");
    }

    /// <summary>Takes this port; null if somebody listens on it or another test has it.</summary>
    public static FreePort? TryTake(int number)
    {
        var claims = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), "strangler-test-ports")).FullName;
        FileStream claim;
        try
        {
            claim = new FileStream(Path.Combine(claims, $"{number}"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            return null;
        }

        if (IsFree(number)) return new FreePort(number, claim);
        claim.Dispose();
        return null;
    }

    public void Dispose() => _claim.Dispose();

    private static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
