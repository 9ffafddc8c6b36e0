using System.Buffers;
using Strangler.Forwarding;

namespace Strangler.Mirroring;

/// <summary>A copy of a body that passes by, up to a limit and as far as the budget of all copies has room. What does not fit is not kept at all.</summary>
internal sealed class BoundedCopy(int limit, ByteBudget budget)
{
    private ArrayBufferWriter<byte>? _bytes = new();

    /// <summary>True when the body is longer than what is kept.</summary>
    public bool Overflowed { get; private set; }

    /// <summary>True when there was no room for what was to be kept.</summary>
    public bool Crowded { get; private set; }

    /// <summary>What has passed so far, valid until the copy is dropped; nothing once it is.</summary>
    public ReadOnlyMemory<byte> Written => _bytes?.WrittenMemory ?? default;

    public void Keep(ReadOnlySpan<byte> bytes)
    {
        if (_bytes is null) return;
        Overflowed = _bytes.WrittenCount + bytes.Length > limit;
        Crowded = !Overflowed && !budget.TryTake(bytes.Length);
        if (Overflowed || Crowded) Drop();
        else _bytes.Write(bytes);
    }

    /// <summary>Hands the bytes over, with their part of the budget.</summary>
    public ReadOnlyMemory<byte> Take()
    {
        var bytes = _bytes ?? throw new InvalidOperationException("The copy was dropped or taken.");
        _bytes = null;
        return bytes.WrittenMemory;
    }

    /// <summary>Keeps nothing, and gives the room back.</summary>
    public void Drop()
    {
        if (_bytes is null) return;
        budget.GiveBack(_bytes.WrittenCount);
        _bytes = null;
    }
}
