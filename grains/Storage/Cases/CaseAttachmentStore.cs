using FangFanPin.Domain.Cases;
using FangFanPin.Domain.Sealing;
using Npgsql;

namespace FangFanPin.Storage.Cases;

/// <summary>Table <c>case_attachment</c>: whole files, sealed, a few megabytes each at most.</summary>
public sealed class CaseAttachmentStore(NpgsqlDataSource database, ISealer sealer) : ICaseAttachments
{
    private const string Table = "case_attachment";
    private const string Columns = "id, case_id, name, type, bytes, owner, uploaded_at";

    /// <summary>Whoever uploads also sweeps what its owner, or anybody, left unused for a day.</summary>
    private const string StoreSql = """
        with swept as (delete from case_attachment where case_id is null and uploaded_at < $6 - interval '1 day')
        insert into case_attachment (id, name, type, bytes, owner, uploaded_at, box) values ($1, $2, $3, $4, $5, $6, $7)
        """;

    private const string UnusedSql = "select count(*)::int from case_attachment where case_id is null and owner = $1 and uploaded_at > $2";

    /// <summary>Own ones that no case has yet, or those that this very case has.</summary>
    private const string UsableSql = "select count(*)::int from case_attachment where id = any ($1) and ((case_id is null and owner = $2) or case_id = $3)";
    private const string OfCaseSql = $"select {Columns} from case_attachment where case_id = $1 order by uploaded_at, id";
    private const string OpenSql = $"select {Columns}, box from case_attachment where case_id = $1 and id = $2";

    public async Task StoreAsync(CaseAttachment a, byte[] content, CancellationToken ct = default)
    {
        await using var command = database.With(StoreSql, a.Id, a.Name, a.Type, a.Bytes, a.Owner, a.UploadedAt.ToUniversalTime(), sealer.Seal(Place(a.Id), content));
        await command.ExecuteNonQueryAsync(ct);
    }

    public async Task<int> UnusedOfAsync(string owner, DateTimeOffset since, CancellationToken ct = default)
    {
        await using var command = database.With(UnusedSql, owner, since.ToUniversalTime());
        return (int)(await command.ExecuteScalarAsync(ct))!;
    }

    public async Task<bool> UsableAsync(IReadOnlyCollection<Guid> ids, string? caseId, string owner, CancellationToken ct = default)
    {
        if (ids.Count == 0) return true;
        var distinct = ids.Distinct().ToArray();
        await using var command = database.With(UsableSql, distinct, owner, caseId ?? "");
        return (int)(await command.ExecuteScalarAsync(ct))! == distinct.Length;
    }

    public async Task<IReadOnlyList<CaseAttachment>> OfCaseAsync(string caseId, CancellationToken ct = default)
    {
        await using var command = database.With(OfCaseSql, caseId);
        await using var reader = await command.ExecuteReaderAsync(ct);
        var found = new List<CaseAttachment>();
        while (await reader.ReadAsync(ct)) found.Add(Of(reader));
        return found;
    }

    public async Task<(CaseAttachment Attachment, byte[] Content)?> OpenAsync(string caseId, Guid id, CancellationToken ct = default)
    {
        await using var command = database.With(OpenSql, caseId, id);
        await using var reader = await command.ExecuteReaderAsync(ct);
        return await reader.ReadAsync(ct) ? (Of(reader), sealer.Open(Place(id), reader.GetFieldValue<byte[]>(7))) : null;
    }

    private static SealPlace Place(Guid id) => new(Table, id.ToString("N"), 0);

    private static CaseAttachment Of(NpgsqlDataReader r) => new(
        r.GetGuid(0), r.IsDBNull(1) ? null : r.GetString(1), r.GetString(2), r.GetString(3), r.GetInt32(4), r.GetString(5), r.GetFieldValue<DateTimeOffset>(6));
}
