using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using System.Text.Json.Serialization;
using FangFanPin.Storage.Accounts;
using FangFanPin.Storage.Sealing;
using Npgsql;

namespace FangFanPin.Storage.Audit;

/// <summary>An entry with every column, as the table has it and as archives keep it.</summary>
/// <param name="At">Microseconds since the year 1, UTC.</param>
/// <param name="Texts">Actor, action, object, result, trace, role, address, device, subject.</param>
internal sealed record AuditRow(long Id, long At, string?[] Texts, byte[]? BeforeHash, byte[]? AfterHash)
{
    /// <summary>In the order that <see cref="Read"/> expects.</summary>
    public const string Columns = "id, at, actor, action, object, result, trace_id, role, address, device, subject, before_hash, after_hash";

    private const int FirstText = 2, TextCount = 9, BeforeColumn = 11, AfterColumn = 12;
    private const byte LeafMark = 0;

    /// <summary>Thousands a second are hashed, one after the other.</summary>
    [ThreadStatic]
    private static ArrayBufferWriter<byte>? threadsRoom;

    [JsonIgnore] public string Actor => Texts[0]!;
    [JsonIgnore] public string Action => Texts[1]!;
    [JsonIgnore] public string Object => Texts[2]!;
    [JsonIgnore] public string Result => Texts[3]!;
    [JsonIgnore] public string TraceId => Texts[4]!;
    [JsonIgnore] public string? Role => Texts[5];
    [JsonIgnore] public string? Address => Texts[6];
    [JsonIgnore] public string? Device => Texts[7];
    public string? Subject => Texts[8];

    public static AuditRow Read(NpgsqlDataReader row)
    {
        var texts = new string?[TextCount];
        for (var i = 0; i < texts.Length; i++) texts[i] = row.IsDBNull(FirstText + i) ? null : row.GetString(FirstText + i);
        return new AuditRow(row.GetInt64(0), row.GetFieldValue<DateTimeOffset>(1).UtcTicks / TimeSpan.TicksPerMicrosecond, texts, Bytes(row, BeforeColumn), Bytes(row, AfterColumn));
    }

    /// <summary>As the table would give it back.</summary>
    public static AuditRow Of(long id, AuditEntry entry) => new(
        id, entry.At.UtcTicks / TimeSpan.TicksPerMicrosecond, [entry.Actor, entry.Action, entry.Object, entry.Result, entry.TraceId, entry.Role, entry.Address, entry.Device, entry.Subject], entry.BeforeHash, entry.AfterHash);

    /// <summary>Over every column: whatever is changed in it gives another.</summary>
    public byte[] Hash(KeySuite suite)
    {
        var hash = new byte[Suites.HashLength];
        Hash(suite, hash);
        return hash;
    }

    /// <inheritdoc cref="Hash(KeySuite)"/>
    public void Hash(KeySuite suite, Span<byte> hash)
    {
        var bytes = threadsRoom ??= new ArrayBufferWriter<byte>(512);
        bytes.ResetWrittenCount();
        bytes.Write([LeafMark]);
        Add(bytes, Id);
        Add(bytes, At);
        foreach (var text in Texts) Add(bytes, text);
        Add(bytes, BeforeHash);
        Add(bytes, AfterHash);
        Suites.Hash(suite, bytes.WrittenSpan, hash);
    }

    private static byte[]? Bytes(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetFieldValue<byte[]>(column);

    private static void Add(ArrayBufferWriter<byte> bytes, long number)
    {
        BinaryPrimitives.WriteInt64BigEndian(bytes.GetSpan(8), number);
        bytes.Advance(8);
    }

    /// <summary>Lengths stand in front, and none is not empty: no two rows give the same bytes.</summary>
    private static void Add(ArrayBufferWriter<byte> bytes, byte[]? part)
    {
        AddLength(bytes, part?.Length ?? -1);
        if (part is not null) bytes.Write(part);
    }

    private static void Add(ArrayBufferWriter<byte> bytes, string? text)
    {
        AddLength(bytes, text is null ? -1 : Encoding.UTF8.GetByteCount(text));
        if (text is not null) Encoding.UTF8.GetBytes(text, bytes);
    }

    private static void AddLength(ArrayBufferWriter<byte> bytes, int length)
    {
        BinaryPrimitives.WriteInt32BigEndian(bytes.GetSpan(4), length);
        bytes.Advance(4);
    }
}
