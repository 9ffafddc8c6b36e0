namespace Strangler.Mirroring.DryRuns;

/// <summary>A request body that is copied as it streams to the owner, and tells when all of it has passed. It delays nothing.</summary>
internal sealed class CapturedBody(Stream inner, long? length, BoundedCopy copy, Action<BoundedCopy> complete) : Stream
{
    private long _read;
    private bool _ended;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await inner.ReadAsync(buffer, cancellationToken);
        copy.Keep(buffer.Span[..read]);
        _read += read;
        if (_ended || buffer.Length == 0 || (read > 0 && _read != length)) return read;
        _ended = true;
        complete(copy);
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
}
