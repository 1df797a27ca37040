using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Npgsql;

namespace FangFanPin.Storage.Audit;

/// <summary>The hash of one entry of the audit, over every column: whatever is changed in it gives another.</summary>
internal readonly record struct AuditLeaf(long Id, byte[] Hash, string? Subject)
{
    public const int HashLength = SHA256.HashSizeInBytes;
    private const byte LeafMark = 0;

    /// <summary>In the order that <see cref="Read"/> expects.</summary>
    public const string Columns = "id, at, actor, action, object, result, trace_id, role, address, device, subject, before_hash, after_hash";

    private const int FirstText = 2, Subjects = 10, FirstHash = 11, Last = 12;

    public static AuditLeaf Read(NpgsqlDataReader row)
    {
        var id = row.GetInt64(0);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData([LeafMark]);
        Add(hash, id);
        Add(hash, row.GetFieldValue<DateTimeOffset>(1).UtcTicks / TimeSpan.TicksPerMicrosecond);
        for (var i = FirstText; i < FirstHash; i++) Add(hash, row.IsDBNull(i) ? null : Encoding.UTF8.GetBytes(row.GetString(i)));
        for (var i = FirstHash; i <= Last; i++) Add(hash, row.IsDBNull(i) ? null : row.GetFieldValue<byte[]>(i));
        return new AuditLeaf(id, hash.GetHashAndReset(), row.IsDBNull(Subjects) ? null : row.GetString(Subjects));
    }

    private static void Add(IncrementalHash hash, long number)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(bytes, number);
        hash.AppendData(bytes);
    }

    /// <summary>Lengths stand in front, and none is not empty: no two rows give the same bytes.</summary>
    private static void Add(IncrementalHash hash, byte[]? bytes)
    {
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, bytes?.Length ?? -1);
        hash.AppendData(length);
        if (bytes is not null) hash.AppendData(bytes);
    }
}
