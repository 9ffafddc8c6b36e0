namespace Strangler.Forwarding;

/// <summary>
/// A request body that can be read again. It keeps what has been read, first in memory, then in a temporary file, while streaming on without delay;
/// a body past the limit is no longer kept and can be sent once only.
/// </summary>
internal sealed class ReplayableBody(Stream inner, long limit) : Stream
{
    private const int InMemory = 256 * 1024;
    private Stream? _kept = new MemoryStream();
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
        if (_kept is not null) await _kept.DisposeAsync();
        _kept = null;
        await base.DisposeAsync();
    }

    private async ValueTask KeepAsync(ReadOnlyMemory<byte> bytes)
    {
        var length = _kept!.Length + bytes.Length;
        if (length > limit)
        {
            await _kept.DisposeAsync();
            _kept = null;
            return;
        }

        if (length > InMemory && _kept is MemoryStream memory)
        {
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Options = FileOptions.Asynchronous | FileOptions.DeleteOnClose };
            if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            var file = new FileStream(Path.Combine(Path.GetTempPath(), Path.GetRandomFileName()), options);
            memory.Position = 0;
            await memory.CopyToAsync(file, CancellationToken.None);
            _kept = file;
        }

        // What is read is kept even when the reader has just left: the bytes are gone from the connection.
        await _kept.WriteAsync(bytes, CancellationToken.None);
        _replayTo = 0;
    }
}
