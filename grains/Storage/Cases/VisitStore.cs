using System.Text.Json;
using FangFanPin.Domain;
using FangFanPin.Domain.Cases;
using FangFanPin.Domain.Sealing;
using Npgsql;

namespace FangFanPin.Storage.Cases;

/// <summary>Table <c>visit</c>: insert-or-find, never overwrite.</summary>
public sealed class VisitStore(NpgsqlDataSource database, ISealer sealer) : IVisits
{
    private const string Table = "visit";
    private const string Columns = "id, village, actor, received_at, case_id, document";

    private const string KeepSql = """
        with kept as (
            insert into visit (id, household, village, visit_type, visited_at, received_at, actor, risk_found, document)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (id) do nothing returning id
        )
        update case_attachment set case_id = $10 from kept where case_attachment.id = any ($11) and case_id is null and owner = $7
        """;

    private const string FindSql = $"select {Columns} from visit where id = $1";
    private const string LinkSql = "update visit set case_id = $2 where id = $1 and case_id is null";
    private const string OfHouseholdSql = $"select {Columns} from visit where household = $1 order by visited_at desc, id limit $2";

    /// <summary>Where a visit's files stand among those of cases.</summary>
    public static string KeyOf(Guid id) => $"visit/{id:N}";

    public async Task<KeptVisit> KeepAsync(KeptVisit visit, CancellationToken ct = default)
    {
        var v = visit.Visit;
        var document = sealer.Seal(Place(v.Id), JsonSerializer.SerializeToUtf8Bytes(v, WireJson.Options));
        // Files of a visit that found a risk belong to the case that it opens.
        Guid[] files = v.RiskFound ? [] : [.. v.Attachments];
        await using (var command = database.With(KeepSql, v.Id, v.HouseholdCode, visit.Village, v.VisitType, v.VisitedAt.ToUniversalTime(), visit.ReceivedAt.ToUniversalTime(),
            visit.Actor, v.RiskFound, document, KeyOf(v.Id), files))
        {
            await command.ExecuteNonQueryAsync(ct);
        }
        return (await ReadAsync(FindSql, ct, v.Id)).Single();
    }

    public async Task LinkAsync(Guid id, string caseId, CancellationToken ct = default)
    {
        await using var command = database.With(LinkSql, id, caseId);
        await command.ExecuteNonQueryAsync(ct);
    }

    public async Task<IReadOnlyList<KeptVisit>> OfHouseholdAsync(string household, int limit, CancellationToken ct = default) => await ReadAsync(OfHouseholdSql, ct, household, limit);

    private async Task<List<KeptVisit>> ReadAsync(string sql, CancellationToken ct, params object[] values)
    {
        await using var command = database.With(sql, values);
        await using var reader = await command.ExecuteReaderAsync(ct);
        var visits = new List<KeptVisit>();
        while (await reader.ReadAsync(ct))
        {
            var visit = JsonSerializer.Deserialize<Visit>(sealer.Open(Place(reader.GetGuid(0)), reader.GetFieldValue<byte[]>(5)), WireJson.Options)!;
            visits.Add(new KeptVisit(visit, reader.GetString(1), reader.GetString(2), reader.GetFieldValue<DateTimeOffset>(3), reader.IsDBNull(4) ? null : reader.GetString(4)));
        }
        return visits;
    }

    private static SealPlace Place(Guid id) => new(Table, id.ToString("N"), 0);
}
