using FangFanPin.Contracts;
using FangFanPin.Contracts.Cases;
using FangFanPin.Domain.Cases;
using FangFanPin.Domain.Sealing;
using FangFanPin.Storage.Records;
using Npgsql;
using NpgsqlTypes;
using Orleans.Runtime;

namespace FangFanPin.Storage.Cases;

/// <summary>Cases in <c>case_file</c>, <c>case_history</c> and <c>audit</c>, with their attachments bound, in one transaction.</summary>
public sealed partial class CaseMapping(ISealer sealer) : IRecordMapping<CaseState, CaseRow, StoredCase>
{
    public string Name => CaseDocuments.Table;
    public string KeyOf(GrainId grain) => CaseKey.Parse(grain.Key.ToString()!).Id;
    public CaseState Empty() => new();

    public CaseRow Prepare(string key, long version, Guid writeId, CaseState? state)
    {
        if (state is not { File: { } file, Last: { } last }) throw new NotSupportedException("A case is never cleared: its history stands.");
        var (place, plain) = (new SealPlace(CaseDocuments.Table, key, version), CaseDocuments.Encode(state));
        var (entryPlace, entry) = (new SealPlace(CaseDocuments.HistoryTable, key, version), last.Version == version ? CaseDocuments.Encode(last) : null);
        return new CaseRow
        {
            Key = key,
            Version = version,
            WriteId = writeId,
            File = file,
            Last = last,
            Document = sealer.Seal(place, plain),
            DocumentHash = sealer.Fingerprint(place, plain),
            Entry = entry is null ? null : sealer.Seal(entryPlace, entry),
            EntryHash = entry is null ? null : sealer.Fingerprint(entryPlace, entry),
            Subject = CaseDocuments.SubjectOf(file, sealer),
            QueryIndex = sealer.BlindIndex(BlindKind.QueryCode, file.QueryCode),
            CertIndex = sealer.BlindIndex(BlindKind.Certificate, BlindText.Certificate(CaseDocuments.CertificateOf(file))),
            TraceId = RequestTrace.Current,
        };
    }

    public async Task<IReadOnlySet<string>> SaveAsync(NpgsqlConnection connection, IReadOnlyList<CaseRow> rows, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(SaveSql, connection);
        BindState(command, rows);
        BindTransition(command, rows);
        BindAttachments(command, [.. rows.Where(r => r.Entry is not null).SelectMany(r => r.Last.Attachments.Select(a => (r.Key, a)))]);
        await using var reader = await command.ExecuteReaderAsync(ct);
        var saved = new HashSet<string>(StringComparer.Ordinal);
        while (await reader.ReadAsync(ct)) saved.Add(reader.GetString(0));
        await reader.NextResultAsync(ct); // reads up to the server's word that the transaction is committed
        return saved;
    }

    public async Task<IReadOnlyDictionary<string, RowMark>> MarksAsync(NpgsqlConnection connection, IReadOnlyList<string> keys, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(MarksSql, connection).WithArray<string>(NpgsqlDbType.Text, [.. keys]);
        await using var reader = await command.ExecuteReaderAsync(ct);
        var marks = new Dictionary<string, RowMark>(StringComparer.Ordinal);
        while (await reader.ReadAsync(ct)) marks.Add(reader.GetString(0), new RowMark(reader.GetInt64(1), reader.GetGuid(2)));
        return marks;
    }

    public async Task<IReadOnlyDictionary<string, StoredCase>> LoadAsync(NpgsqlConnection connection, IReadOnlyList<string> keys, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(LoadSql, connection).WithArray<string>(NpgsqlDbType.Text, [.. keys]);
        await using var reader = await command.ExecuteReaderAsync(ct);
        var rows = new Dictionary<string, StoredCase>(StringComparer.Ordinal);
        while (await reader.ReadAsync(ct))
            rows.Add(reader.GetString(0), new StoredCase { Key = reader.GetString(0), Version = reader.GetInt64(1), Document = reader.IsDBNull(2) ? null : reader.GetFieldValue<byte[]>(2) });
        return rows;
    }

    public bool TryOpen(StoredCase stored, out CaseState state)
    {
        state = Empty();
        if (stored.Document is null) return false;
        state = CaseDocuments.Decode(sealer.Open(new SealPlace(CaseDocuments.Table, stored.Key, stored.Version), stored.Document));
        return true;
    }

    private static void BindState(NpgsqlCommand command, IReadOnlyList<CaseRow> rows) => command
        .WithColumn(rows, NpgsqlDbType.Text, r => r.Key)
        .WithColumn(rows, NpgsqlDbType.Bigint, r => r.Version)
        .WithColumn(rows, NpgsqlDbType.Uuid, r => r.WriteId)
        .WithColumn(rows, NpgsqlDbType.Bytea, r => r.Document)
        .WithColumn(rows, NpgsqlDbType.Text, r => r.File.Kind)
        .WithColumn(rows, NpgsqlDbType.Text, r => r.File.Step)
        .WithColumn(rows, NpgsqlDbType.Boolean, r => r.File.IsOpen)
        .WithColumn(rows, NpgsqlDbType.Text, r => r.File.Village)
        .WithColumn(rows, NpgsqlDbType.Text, r => r.File.HouseholdCode)
        .WithColumn(rows, NpgsqlDbType.Text, r => r.Subject)
        .WithColumn(rows, NpgsqlDbType.Text, r => r.File.HeadName)
        .WithColumn(rows, NpgsqlDbType.Text, r => r.File.RiskSource)
        .WithColumn(rows, NpgsqlDbType.Smallint, r => (short?)r.File.HandlerLevel)
        .WithColumn(rows, NpgsqlDbType.Date, r => r.File.DueOn)
        .WithColumn(rows, NpgsqlDbType.TimestampTz, r => r.CheckAt?.ToUniversalTime())
        .WithColumn(rows, NpgsqlDbType.Smallint, r => (short)(r.File.Deadline?.Escalation ?? 0))
        .WithColumn(rows, NpgsqlDbType.TimestampTz, r => r.File.OpenedAt.ToUniversalTime())
        .WithColumn(rows, NpgsqlDbType.Text, r => r.File.OpenedBy)
        .WithColumn(rows, NpgsqlDbType.TimestampTz, r => r.File.StepSince.ToUniversalTime())
        .WithColumn(rows, NpgsqlDbType.TimestampTz, r => r.File.ClosedAt?.ToUniversalTime())
        .WithColumn(rows, NpgsqlDbType.Date, r => r.File.Plan is null ? r.File.TotalDueOn : (DateOnly?)null)
        .WithColumn(rows, NpgsqlDbType.Date, r => r.File is { Step: CaseSteps.Publicity, Review.Over: false } ? r.File.Review.PublicityTo : (DateOnly?)null)
        .WithColumn(rows, NpgsqlDbType.Date, r => r.File.UrgedOn)
        .WithColumn(rows, NpgsqlDbType.Bytea, r => r.QueryIndex)
        .WithColumn(rows, NpgsqlDbType.Bytea, r => r.CertIndex);

    private static void BindTransition(NpgsqlCommand command, IReadOnlyList<CaseRow> rows) => command
        .WithColumn(rows, NpgsqlDbType.Bigint, r => r.Last.Version)
        .WithColumn(rows, NpgsqlDbType.TimestampTz, r => r.Last.At.ToUniversalTime())
        .WithColumn(rows, NpgsqlDbType.Text, r => r.Last.Actor.Account)
        .WithColumn(rows, NpgsqlDbType.Text, r => r.Last.Action)
        .WithColumn(rows, NpgsqlDbType.Text, r => r.Last.From)
        .WithColumn(rows, NpgsqlDbType.Text, r => r.Last.To)
        .WithColumn(rows, NpgsqlDbType.Smallint, r => r.Last.From is null ? null : (short?)CaseSteps.HandlerOf(r.Last.From))
        .WithColumn(rows, NpgsqlDbType.TimestampTz, r => r.Last.Since?.ToUniversalTime())
        .WithColumn(rows, NpgsqlDbType.Boolean, r => r.Last.OnTime)
        .WithColumn(rows, NpgsqlDbType.Boolean, r => r.Last.Late)
        .WithColumn(rows, NpgsqlDbType.Uuid, r => r.Last.CommandId)
        .WithColumn(rows, NpgsqlDbType.Boolean, r => r.Last.Party != CaseParty.System)
        .WithColumn(rows, NpgsqlDbType.Text, r => r.TraceId)
        .WithColumn(rows, NpgsqlDbType.Bytea, r => r.Entry)
        .WithColumn(rows, NpgsqlDbType.Date, r => r.File.DefectOn)
        .WithColumn(rows, NpgsqlDbType.Bytea, r => r.DocumentHash)
        .WithColumn(rows, NpgsqlDbType.Bytea, r => r.EntryHash);

    private static void BindAttachments(NpgsqlCommand command, IReadOnlyList<(string Case, Guid Attachment)> bound) => command
        .WithColumn(bound, NpgsqlDbType.Text, b => b.Case)
        .WithColumn(bound, NpgsqlDbType.Uuid, b => b.Attachment);
}
