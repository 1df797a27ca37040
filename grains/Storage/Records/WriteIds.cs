using System.Buffers.Binary;
using System.Security.Cryptography;

namespace FangFanPin.Storage.Records;

/// <summary>Tell a write from another's on the same version of a row. Random per process and counted: to ask the system for each costs as much as to seal a document.</summary>
internal static class WriteIds
{
    private static readonly long Process = BinaryPrimitives.ReadInt64LittleEndian(RandomNumberGenerator.GetBytes(sizeof(long)));
    private static long last;

    public static Guid Next()
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, Process);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[sizeof(long)..], Interlocked.Increment(ref last));
        return new Guid(bytes);
    }
}
