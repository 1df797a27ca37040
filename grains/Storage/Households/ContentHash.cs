using System.Buffers.Binary;

namespace FangFanPin.Storage.Households;

/// <summary>The hash of a command's content as 16 bytes of a column.</summary>
internal static class ContentHash
{
    public static byte[]? Bytes(UInt128? hash)
    {
        if (hash is not { } value) return null;
        var bytes = new byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, value);
        return bytes;
    }

    public static UInt128? Read(byte[]? bytes) => bytes is null ? null : BinaryPrimitives.ReadUInt128BigEndian(bytes);
}
