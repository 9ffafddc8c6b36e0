using Strangler.Forwarding;

namespace Strangler.Mirroring.DryRuns;

/// <summary>A request body that is copied, up to a limit, as it streams to the owner, and tells when all of it has passed. It delays nothing.</summary>
internal sealed class CapturedBody(Stream inner, long? length, int limit, ByteBudget budget, Action<CapturedBody> complete) : Stream
{
    private MemoryStream? _copy = new();
    private long _read;
    private bool _ended;

    /// <summary>True when the body is longer than what is kept.</summary>
    public bool Overflowed { get; private set; }

    /// <summary>True when there was no room for what was to be kept.</summary>
    public bool Crowded { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>Hands the copy over, with its part of the budget.</summary>
    public ReadOnlyMemory<byte> Take()
    {
        var copy = _copy ?? throw new InvalidOperationException("The copy was dropped or taken.");
        _copy = null;
        return copy.GetBuffer().AsMemory(0, (int)copy.Length);
    }

    /// <summary>Keeps no copy, and gives the room back.</summary>
    public void Drop()
    {
        if (_copy is null) return;
        budget.GiveBack(_copy.Length);
        _copy = null;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await inner.ReadAsync(buffer, cancellationToken);
        if (read > 0 && _copy is not null) Keep(buffer.Span[..read]);
        _read += read;
        if (_ended || buffer.Length == 0 || (read > 0 && _read != length)) return read;
        _ended = true;
        complete(this);
        return read;
    }

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        Overflowed = _copy!.Length + bytes.Length > limit;
        Crowded = !Overflowed && !budget.TryTake(bytes.Length);
        if (Overflowed || Crowded) Drop();
        else _copy.Write(bytes);
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
