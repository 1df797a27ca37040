using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Records;
using FangFanPin.Domain.Sealing;
using FangFanPin.Storage.Records;

namespace FangFanPin.Storage.Households;

/// <summary>A row of <c>household</c> with what is written beside it. Search columns are empty when the household has no file.</summary>
public sealed class HouseholdRow : RecordRow
{
    /// <summary>Null: cleared.</summary>
    public byte[]? Document { get; init; }

    /// <summary>Fingerprint of what the document holds, for the audit and whoever verifies.</summary>
    public byte[]? DocumentHash { get; init; }

    /// <summary>Of a quiet row: the hash of the document that this one follows.</summary>
    public byte[]? HashBefore { get; init; }
    public required HouseholdColumns Columns { get; init; }

    /// <summary>A change by a person that leaves columns and members as they are known to stand.</summary>
    public bool IsQuiet { get; init; }
    public string? VillageBefore { get; init; }

    /// <summary>Of the state that is written: gets <see cref="Known"/> once the row is committed.</summary>
    public RowMemory Memory { get; init; } = new();
    internal HouseholdMapping.KnownAt? Known { get; init; }
    public byte[]? HeadCertIndex { get; init; }
    public byte[]? PhoneIndex { get; init; }

    /// <summary>False: known to stand in <c>household_phone</c> as it is.</summary>
    public bool PhoneMoved { get; init; }

    /// <summary>Null: known to stand in the table as they are.</summary>
    public MemberRows? Members { get; init; }
    public HouseholdChanged? Change { get; init; }
    public byte[]? ChangeDocument { get; init; }

    /// <summary>Fingerprint of what the change document holds.</summary>
    public byte[]? ChangeHash { get; init; }

    /// <summary>Leads from the audit row to the logs of the same request.</summary>
    public string? TraceId { get; init; }
}

/// <summary>A row of <c>household_member</c>.</summary>
public sealed record MemberRow(
    string Household, string Person, string? Name, string? Sex, DateOnly? BirthDate, string? Status, byte[]? CertIndex, byte[]? LastSixIndex, byte[]? PhoneIndex)
{
    public static MemberRow Of(string household, Member member, ISealer sealer) => new(
        household, member.PersonCode ?? "", HouseholdColumns.Filled(member.Name), HouseholdColumns.Filled(member.Sex), member.BirthDate,
        HouseholdColumns.Filled(member.MemberStatus) ?? MemberStatuses.Active,
        sealer.BlindIndex(BlindKind.Certificate, BlindText.Certificate(member.CertNumber)),
        sealer.BlindIndex(BlindKind.CertificateLastSix, BlindText.CertificateLastSix(member.CertNumber)),
        sealer.BlindIndex(BlindKind.Phone, BlindText.Phone(member.Phone)));

}

/// <summary>All member rows of a household.</summary>
/// <param name="Digest">Equal exactly when the rows are equal; half a SHA-256. Rows are touched only when it differs from the stored one.</param>
public sealed record MemberRows(IReadOnlyList<MemberRow> Rows, byte[] Digest)
{
    public static readonly MemberRows Nobody = Of("", [], null!);

    public static MemberRows Of(string household, IEnumerable<Member> members, ISealer sealer)
    {
        MemberRow[] rows = [.. members.Select(m => MemberRow.Of(household, m, sealer)).DistinctBy(m => m.Person)];
        return new MemberRows(rows, DigestOf(rows));
    }

    private static byte[] DigestOf(MemberRow[] rows)
    {
        var text = threadsText ??= new();
        text.ResetWrittenCount();
        foreach (var m in rows)
        {
            foreach (var part in (ReadOnlySpan<string?>)[m.Person, m.Name, m.Sex, m.BirthDate?.ToString("O", CultureInfo.InvariantCulture), m.Status])
            {
                Encoding.UTF8.GetBytes(part, text);
                text.Write([BetweenFields]);
            }
            Hex(m.CertIndex, text, BetweenFields);
            Hex(m.LastSixIndex, text, BetweenFields);
            Hex(m.PhoneIndex, text, BetweenRows);
        }
        return SHA256.HashData(text.WrittenSpan)[..16];
    }

    private const byte BetweenFields = 0x1f, BetweenRows = 0x1e;

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? threadsText;

    private static void Hex(byte[]? bytes, ArrayBufferWriter<byte> text, byte end)
    {
        Convert.TryToHexString(bytes, text.GetSpan(2 * (bytes?.Length ?? 0) + 1), out var length);
        text.Advance(length);
        text.Write([end]);
    }
}

/// <summary>What reading one household brings, still sealed.</summary>
public sealed class StoredHousehold : StoredRow
{
    public byte[]? Document { get; init; }
    public byte[]? DocumentHash { get; init; }
    public required HouseholdColumns Columns { get; init; }
    public StoredChange? Change { get; init; }
    public ImmutableArray<AppliedCommand> Commands { get; init; } = [];
}

/// <summary>A row of <c>household_history</c>, still sealed.</summary>
public sealed record StoredChange(
    string Code, long Version, DateTimeOffset At, string Account, string Kind, Guid CommandId, string? ImportId, byte[] Document)
{
    public const string Table = "household_history";

    /// <param name="file">That the change has made, where it is at hand.</param>
    public HouseholdChanged Open(ISealer sealer, HouseholdFile? file = null)
    {
        var (actor, changes, registers) = ChangeDocument.Decode(Account, sealer.Open(new SealPlace(Table, Code, Version), Document));
        return new HouseholdChanged
        {
            Version = Version, CommandId = CommandId, Kind = Kind, Actor = actor, At = At, ImportId = ImportId, Changes = changes, Registers = registers, Registered = registers ? file : null,
        };
    }
}
