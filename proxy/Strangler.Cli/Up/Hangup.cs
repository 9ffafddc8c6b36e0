using System.Runtime.InteropServices;

namespace Strangler.Cli.Up;

/// <summary>Ends the run also when the terminal is closed, which is no interrupt to the command line's own handling.</summary>
internal sealed class Hangup : IDisposable
{
    private readonly CancellationTokenSource _source;
    private readonly PosixSignalRegistration? _registration;

    public Hangup(CancellationToken cancellation)
    {
        _source = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        _registration = PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
        {
            context.Cancel = true;
            _source.Cancel();
        });
    }

    public CancellationToken Token => _source.Token;

    public void Dispose()
    {
        _registration?.Dispose();
        _source.Dispose();
    }
}
