using System.Text.Json;
using FangFanPin.Domain;
using FangFanPin.Domain.Cases;
using FangFanPin.Domain.Sealing;
using FangFanPin.Storage.Records;

namespace FangFanPin.Storage.Cases;

/// <summary>A case on its way to its row. A case is never cleared: without a file nothing is written.</summary>
public sealed class CaseRow : RecordRow
{
    public required CaseFile File { get; init; }
    public required byte[] Document { get; init; }

    /// <summary>Fingerprint of what the document holds; likewise of the entry.</summary>
    public required byte[] DocumentHash { get; init; }
    public byte[]? EntryHash { get; init; }
    public required CaseTransition Last { get; init; }

    /// <summary>Null when only a debt was paid: the history has its entry already.</summary>
    public byte[]? Entry { get; init; }
    public string? Subject { get; init; }
    public byte[]? QueryIndex { get; init; }
    public byte[]? CertIndex { get; init; }
    public string? TraceId { get; init; }
    public DateTimeOffset? CheckAt => CaseClock.CheckAt(File);
}

/// <summary>A case as it came from its row, still sealed.</summary>
public sealed class StoredCase : StoredRow
{
    public byte[]? Document { get; init; }
}

/// <summary>What identifies the family of a case, and how cases stand in their sealed documents.</summary>
internal static class CaseDocuments
{
    public const string Table = "case_file";
    public const string HistoryTable = "case_history";

    public static byte[] Encode(CaseState state) => JsonSerializer.SerializeToUtf8Bytes(state, WireJson.Options);

    public static CaseState Decode(ReadOnlySpan<byte> bytes) => JsonSerializer.Deserialize<CaseState>(bytes, WireJson.Options)!;

    public static byte[] Encode(CaseTransition transition) => JsonSerializer.SerializeToUtf8Bytes(transition, WireJson.Options);

    public static CaseTransition DecodeEntry(ReadOnlySpan<byte> bytes) => JsonSerializer.Deserialize<CaseTransition>(bytes, WireJson.Options)!;

    public static string? CertificateOf(CaseFile file) => file.Declaration?.ApplicantIdNumber ?? file.Warning?.IdNumber;

    /// <summary>The household, or the certificate where the register does not know the family. Warnings are clues and hold nobody.</summary>
    public static string? SubjectOf(CaseFile file, ISealer sealer)
    {
        if (file.Kind == CaseKinds.Warning) return null;
        // Measures run beside whatever else is decided about the household, and one plan is enough for each.
        if (file.Kind == CaseKinds.Measures) return "ms/" + file.HouseholdCode;
        if (file.HouseholdCode is { } household) return "hh/" + household;
        return sealer.BlindIndex(BlindKind.Certificate, BlindText.Certificate(CertificateOf(file))) is { } index ? "id/" + Convert.ToHexStringLower(index) : null;
    }
}
