using System.Numerics;
using System.Runtime.InteropServices;

namespace FangFanPin.Domain.Imports;

/// <summary>Gives the same string for the same short text where it can: cells of a file repeat, and most of an import would be garbage. Not for several threads.</summary>
public sealed class TextCache
{
    private const int LengthMax = 24;
    private readonly string?[] slots = new string?[1 << 13];

    public string Of(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty) return "";
        if (text.Length > LengthMax) return new string(text);
        ref var slot = ref slots[HashOf(text) & slots.Length - 1];
        if (slot is { } known && text.SequenceEqual(known)) return known;
        return slot = new string(text);
    }

    private static int HashOf(ReadOnlySpan<char> text)
    {
        var hash = (ulong)text.Length;
        var rest = MemoryMarshal.AsBytes(text);
        for (; rest.Length >= sizeof(ulong); rest = rest[sizeof(ulong)..]) hash = (BitOperations.RotateLeft(hash, 29) ^ MemoryMarshal.Read<ulong>(rest)) * 0x9E3779B97F4A7C15;
        for (; rest.Length > 0; rest = rest[sizeof(char)..]) hash = (hash ^ MemoryMarshal.Read<char>(rest)) * 0x9E3779B97F4A7C15;
        return (int)(hash >> 40);
    }
}
