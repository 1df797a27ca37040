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
        var hash = (uint)text.Length;
        foreach (var c in text) hash = (hash ^ c) * 0x9E3779B1;
        return (int)(hash >> 8);
    }
}
