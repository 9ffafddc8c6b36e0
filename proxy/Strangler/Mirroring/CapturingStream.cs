using Strangler.Forwarding;

namespace Strangler.Mirroring;

/// <summary>Passes a response body on and keeps a copy of it up to a limit and as far as the budget of all copies has room, without delaying it.</summary>
internal sealed class CapturingStream(Stream inner, int limit, ByteBudget budget) : Stream
{
    private MemoryStream? _copy = new();

    /// <summary>Where the body goes on to.</summary>
    public Stream Inner { get; set; } = inner;

    /// <summary>True when the body is longer than what is kept.</summary>
    public bool Overflowed { get; private set; }

    /// <summary>True when there was no room for what was to be kept.</summary>
    public bool Crowded { get; private set; }

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

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_copy is not null) Keep(buffer.Span);
        return Inner.WriteAsync(buffer, cancellationToken);
    }

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        Overflowed = _copy!.Length + bytes.Length > limit;
        Crowded = !Overflowed && !budget.TryTake(bytes.Length);
        if (Overflowed || Crowded) Drop();
        else _copy.Write(bytes);
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => Inner.FlushAsync(cancellationToken);

    public override void Flush() => Inner.Flush();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
