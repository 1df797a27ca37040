using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace FangFanPin.Domain.Households;

/// <summary>What a command is known by: its kind, the hash of its content, and ids made from its own.</summary>
public static class CommandContent
{
    /// <summary>Bytes; what a whole household's file has taken is not kept.</summary>
    private const int RoomKept = 64 * 1024;

    /// <summary>A thread's own, because every command is hashed.</summary>
    [ThreadStatic]
    private static (ArrayBufferWriter<byte> Room, Utf8JsonWriter Json) threads;

    /// <summary>Half a SHA-256 over the change in JSON: equal for equal content.</summary>
    public static UInt128 HashOf(HouseholdChange change)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        Sha256.Hash(JsonOf(change), hash);
        return BinaryPrimitives.ReadUInt128BigEndian(hash);
    }

    /// <summary>Valid until this thread asks again. What people do most is written without a look at its type, to the same bytes.</summary>
    private static ReadOnlySpan<byte> JsonOf(HouseholdChange change)
    {
        if (threads.Room is not { Capacity: <= RoomKept }) threads = (new ArrayBufferWriter<byte>(1024), new Utf8JsonWriter(Stream.Null, new JsonWriterOptions { Encoder = WireJson.Options.Encoder, SkipValidation = true }));
        var (room, json) = threads;
        room.ResetWrittenCount();
        json.Reset(room);
        if (change is AmendHousehold amend) Write(amend, json);
        else JsonSerializer.Serialize(json, change, WireJson.Options);
        json.Flush();
        return room.WrittenSpan;
    }

    private static void Write(AmendHousehold amend, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("kind", "amend");
        json.WritePropertyName(nameof(amend.Fields));
        amend.Fields.Write(json);
        json.WriteEndObject();
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
