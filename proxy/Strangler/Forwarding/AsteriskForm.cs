namespace Strangler.Forwarding;

/// <summary>
/// Lets <c>OPTIONS *</c> reach the legacy: an address cannot say it, so such requests travel over connections of their own, on which the stand-in
/// target is replaced while the request is written.
/// </summary>
internal sealed class AsteriskForm(Stream inner) : Stream
{
    public const string Target = "*";
    public const string StandIn = "/*";

    private static ReadOnlySpan<byte> Written => "OPTIONS /* HTTP/1.1\r\n"u8;

    private static ReadOnlySpan<byte> Wanted => "OPTIONS * HTTP/1.1\r\n"u8;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        inner.WriteAsync(buffer.Span.StartsWith(Written) ? (ReadOnlyMemory<byte>)(byte[])[.. Wanted, .. buffer.Span[Written.Length..]] : buffer, cancellationToken);

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => inner.ReadAsync(buffer, cancellationToken);

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush() => inner.Flush();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing) inner.Dispose();
        base.Dispose(disposing);
    }
}
