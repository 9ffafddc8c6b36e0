using System.Buffers.Binary;
using System.Numerics;

namespace Sync.Reconcile;

/// <summary>
/// A stable 64-bit hash of a row's canonical bytes: eight bytes at a time are multiplied and rotated in, and the end is mixed as in SplitMix64
/// (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014). It finds accidents; it does not withstand an adversary.
/// </summary>
internal static class RowHash
{
    private const ulong Golden = 0x9E3779B97F4A7C15;

    public static ulong Of(ReadOnlySpan<byte> bytes)
    {
        var hash = Golden ^ ((ulong)bytes.Length * 0xD6E8FEB86659FD93);
        while (bytes.Length >= 8)
        {
            hash = Add(hash, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[8..];
        }

        var rest = 0UL;
        for (var index = 0; index < bytes.Length; index++) rest |= (ulong)bytes[index] << (8 * index);
        return Mix(Add(hash, rest));
    }

    private static ulong Add(ulong hash, ulong lane) => BitOperations.RotateLeft(hash ^ (lane * 0xBF58476D1CE4E5B9), 29) * Golden;

    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
