using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace FangFanPin.Domain.Households;

/// <summary>What a command is known by: its kind, the hash of its content, and ids made from its own.</summary>
public static class CommandContent
{
    /// <summary>Half a SHA-256 over the change in JSON: equal for equal content.</summary>
    public static UInt128 HashOf(HouseholdChange change)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(change, WireJson.Options), hash);
        return BinaryPrimitives.ReadUInt128BigEndian(hash);
    }

    /// <summary>The discriminator of the change's type, e.g. <c>amend</c>.</summary>
    public static string KindOf(HouseholdChange change) => Kinds[change.GetType()];

    /// <summary>An id that is the same at every attempt and differs for every purpose.</summary>
    public static Guid Derived(Guid commandId, string purpose) =>
        new(SHA256.HashData([.. commandId.ToByteArray(), .. Encoding.UTF8.GetBytes(purpose)]).AsSpan(0, 16));

    private static readonly Dictionary<Type, string> Kinds = typeof(HouseholdChange)
        .GetCustomAttributes(typeof(System.Text.Json.Serialization.JsonDerivedTypeAttribute), false)
        .Cast<System.Text.Json.Serialization.JsonDerivedTypeAttribute>()
        .ToDictionary(a => a.DerivedType, a => (string)a.TypeDiscriminator!);
}
