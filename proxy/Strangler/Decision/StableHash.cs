using System.Runtime.InteropServices;

namespace Strangler.Decision;

/// <summary>FNV-1a with a finishing mix: the same in every process and on every machine, unlike <see cref="string.GetHashCode()"/>.</summary>
internal static class StableHash
{
    public static ulong Of(ReadOnlySpan<char> text, ulong seed = 14695981039346656037)
    {
        foreach (var value in MemoryMarshal.AsBytes(text)) seed = (seed ^ value) * 1099511628211;
        seed ^= seed >> 33;
        seed *= 0xff51afd7ed558ccd;
        return seed ^ (seed >> 33);
    }
}
