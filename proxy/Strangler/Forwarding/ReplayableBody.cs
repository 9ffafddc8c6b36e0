namespace Strangler.Forwarding;

/// <summary>
/// A request body that can be read again. It keeps what has been read, first in memory, then in a temporary file, while streaming on without delay;
/// a body past the limit, or one for which the disk or the budget of all bodies has no room, is no longer kept and can be sent once only.
/// </summary>
internal sealed class ReplayableBody(Stream inner, long limit, ByteBudget budget, string? directory = null) : Stream
{
    private const int InMemory = 256 * 1024;
    private Stream? _kept = new MemoryStream();
    private long _taken;
    private long _replayTo;
    private bool _ended;

    /// <summary>False once more has been read than is kept.</summary>
    public bool CanReplay => _kept is not null;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>The next reader gets everything from the beginning, what was kept first and then the rest.</summary>
    public void Rewind()
    {
        if (_kept is null) throw new InvalidOperationException("The body has outgrown what is kept of it.");
        _replayTo = _kept.Length;
        _kept.Position = 0;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.Length == 0) return 0;
        if (_kept is not null && _kept.Position < _replayTo) return await _kept.ReadAsync(buffer, cancellationToken);
        if (_ended) return 0;
        var read = await inner.ReadAsync(buffer, cancellationToken);
        _ended = read == 0;
        if (read > 0 && _kept is not null) await KeepAsync(buffer[..read]);
        return read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override async ValueTask DisposeAsync()
    {
        if (_kept is not null) await DropAsync();
        await base.DisposeAsync();
    }

    private async ValueTask KeepAsync(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            await TryKeepAsync(bytes);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The client's request is worth more than the chance to send it twice.
            await DropAsync();
        }
    }

    private async ValueTask DropAsync()
    {
        var kept = _kept!;
        _kept = null;
        budget.GiveBack(_taken);
        _taken = 0;
        await kept.DisposeAsync();
    }

    private async ValueTask TryKeepAsync(ReadOnlyMemory<byte> bytes)
    {
        var length = _kept!.Length + bytes.Length;
        if (length > limit || !budget.TryTake(bytes.Length))
        {
            await DropAsync();
            return;
        }

        _taken += bytes.Length;
        if (length > InMemory && _kept is MemoryStream memory)
        {
            // Without a buffer of its own, the stream reports a full disk where it is written to and has nothing left to write when it is disposed of.
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Options = FileOptions.Asynchronous | FileOptions.DeleteOnClose, BufferSize = 0 };
            if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            _kept = new FileStream(Path.Combine(directory ?? Path.GetTempPath(), Path.GetRandomFileName()), options);
            memory.Position = 0;
            await memory.CopyToAsync(_kept, CancellationToken.None);
        }

        // What is read is kept even when the reader has just left: the bytes are gone from the connection.
        await _kept.WriteAsync(bytes, CancellationToken.None);
        _replayTo = 0;
    }
}
