using ZstdSharp;

namespace FangFanPin.Storage.Sealing;

/// <summary>
/// Zstandard with a dictionary of what documents of households have in common. A box names its dictionary by its format, so a released dictionary
/// is never changed; a better one gets a format of its own.
/// </summary>
/// <remarks>Measured on documents of 1,500 bytes from villages that the dictionary had not seen: see <c>deploy/runbooks/decisions/030-records-and-sealing.md</c>.</remarks>
internal static class DocumentPacking
{
    private const int Level = 1;

    /// <summary>No document is larger when open; a box that says so is damaged.</summary>
    private const int BytesMost = 16 * 1024 * 1024;

    /// <summary>Almost every document fits; others, and pieces of files, get a larger room the first time that a thread packs one.</summary>
    private const int BytesKept = 16 * 1024;

    /// <summary>A piece of a file of a megabyte fits. What is larger gets room of its own.</summary>
    private const int BytesKeptMost = 1280 * 1024;

    private static readonly byte[] Dictionary = Load();

    [ThreadStatic]
    private static byte[]? packed;

    /// <summary>Neither may be used by two threads at once, and a new one costs as much as a hundred documents.</summary>
    private static readonly ThreadLocal<Compressor> Packer = new(NewPacker);
    private static readonly ThreadLocal<Decompressor> Opener = new(NewOpener);

    /// <summary>Valid until this thread packs again.</summary>
    public static ReadOnlySpan<byte> Pack(ReadOnlySpan<byte> plain)
    {
        var most = Compressor.GetCompressBound(plain.Length);
        if (most > BytesKeptMost) return Packer.Value!.Wrap(plain);
        if (packed is null || packed.Length < most) packed = new byte[most > BytesKept ? BytesKeptMost : BytesKept];
        return packed.AsSpan(0, Packer.Value!.Wrap(plain, packed));
    }

    /// <exception cref="InvalidDataException">Damaged, or larger than any document.</exception>
    public static byte[] Open(ReadOnlySpan<byte> packed)
    {
        var plain = Array.Empty<byte>();
        Open(packed, ref plain);
        return plain;
    }

    /// <param name="room">Replaced by one of just the right size when it is too small.</param>
    /// <returns>How many bytes of it are the content.</returns>
    /// <exception cref="InvalidDataException">Damaged, or larger than any document.</exception>
    public static int Open(ReadOnlySpan<byte> packed, ref byte[] room)
    {
        try
        {
            var length = Decompressor.GetDecompressedSize(packed);
            if (length > BytesMost) throw new InvalidDataException("A packed document says that it is larger than any.");
            if ((ulong)room.Length < length) room = new byte[length];
            return Opener.Value!.Unwrap(packed, room.AsSpan(0, (int)length)) == (int)length ? (int)length : throw new InvalidDataException("A packed document is shorter than it says.");
        }
        catch (ZstdException e)
        {
            throw new InvalidDataException("A packed document is damaged.", e);
        }
    }

    private static Compressor NewPacker()
    {
        var packer = new Compressor(Level);
        packer.LoadDictionary(Dictionary);
        return packer;
    }

    private static Decompressor NewOpener()
    {
        var opener = new Decompressor();
        opener.LoadDictionary(Dictionary);
        return opener;
    }

    private static byte[] Load()
    {
        using var stream = typeof(DocumentPacking).Assembly.GetManifestResourceStream("documents.zdict")!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
