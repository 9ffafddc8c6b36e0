using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Strangler.Cli.Rehearse.Faults;

/// <summary>Passes bytes on to one process, and can delay them or cut the connections. The sides of a rehearsal reach each other through these.</summary>
internal sealed class PeerForwarder : IAsyncDisposable
{
    private const int BufferSize = 16 * 1024;
    private readonly int _target;
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<Connection, bool> _connections = new();
    private readonly Task _accepting;
    private long _delay;
    private long _passed;

    public PeerForwarder(int target)
    {
        _target = target;
        _listener.Start();
        Url = $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";
        _accepting = AcceptAsync();
    }

    public string Url { get; }

    /// <summary>How long what is sent waits, in both directions.</summary>
    public TimeSpan Delay
    {
        get => TimeSpan.FromTicks(Interlocked.Read(ref _delay));
        set => Interlocked.Exchange(ref _delay, value.Ticks);
    }

    /// <summary>How many pieces were passed on.</summary>
    public long Passed => Interlocked.Read(ref _passed);

    /// <summary>Cuts every connection. What was on its way is gone.</summary>
    /// <returns>How many there were.</returns>
    public int Cut()
    {
        var cut = 0;
        foreach (var connection in _connections.Keys)
        {
            connection.Dispose();
            cut++;
        }

        return cut;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        Cut();
        await _accepting;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var running = new List<Task>();
        try
        {
            while (!_stop.IsCancellationRequested)
            {
                running.Add(PassAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
                running.RemoveAll(static t => t.IsCompleted);
            }
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The rehearsal has ended.
        }

        await Task.WhenAll(running);
    }

    private async Task PassAsync(TcpClient client)
    {
        using var connection = new Connection(client);
        _connections[connection] = true;
        try
        {
            await connection.Server.ConnectAsync(IPAddress.Loopback, _target, _stop.Token);
            var (from, to) = (connection.Client.GetStream(), connection.Server.GetStream());
            await Task.WhenAny(PumpAsync(from, to), PumpAsync(to, from));
        }
        catch (Exception error) when (error is SocketException or IOException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            // The target does not listen, or the connection was cut: the other end notices by itself.
        }
        finally
        {
            _connections.TryRemove(connection, out _);
        }
    }

    private async Task PumpAsync(NetworkStream from, NetworkStream to)
    {
        var buffer = new byte[BufferSize];
        try
        {
            while (await from.ReadAsync(buffer, _stop.Token) is var read and > 0)
            {
                if (Delay is { Ticks: > 0 } delay) await Task.Delay(delay, TimeProvider.System, _stop.Token);
                await to.WriteAsync(buffer.AsMemory(0, read), _stop.Token);
                Interlocked.Increment(ref _passed);
            }
        }
        catch (Exception error) when (error is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // One end has closed; the other is closed with it.
        }
    }

    private sealed class Connection(TcpClient client) : IDisposable
    {
        public TcpClient Client => client;

        public TcpClient Server { get; } = new();

        public void Dispose()
        {
            client.Dispose();
            Server.Dispose();
        }
    }
}
