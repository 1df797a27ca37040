using FangFanPin.Domain.Cases;
using FangFanPin.Domain.Regions;
using FangFanPin.Domain.Sealing;
using Npgsql;

namespace FangFanPin.Storage.Cases;

/// <inheritdoc cref="ICaseReader"/>
public sealed class CaseReader(NpgsqlDataSource database, ISealer sealer) : ICaseReader, IAreaOf
{
    private const string ByIdSql = "select id, version, document from case_file where id = $1";
    private const string ByQuerySql = "select id, version, document from case_file where query_index = any ($1) limit 1";
    private const string HistorySql = "select id, version, document from case_history where id = $1 order by version";
    private const string OpenSql = "select id from case_file where is_open and subject = any ($1) order by opened_at limit 1";
    private const string VillageSql = "select village from case_file where id = $1";
    private const string PublishedSql = CaseSearch.Columns + " from case_file c where village = $1 and is_open and publicity_to >= $2 order by publicity_to, id limit 200";

    /// <summary>Active members of active households: somebody who left one may stand in another.</summary>
    private const string HouseholdSql = """
        select h.code, h.village from household_member m join household h on h.code = m.household_code
        where m.cert_index = any ($1) and m.status = '1' and h.status = '1' and h.village is not null order by h.code limit 1
        """;

    public async Task<ReadCase?> FindAsync(string id, CancellationToken ct = default) => await OneAsync(ByIdSql, id, ct);

    public async Task<ReadCase?> FindByQueryCodeAsync(string queryCode, CancellationToken ct = default) =>
        await OneAsync(ByQuerySql, sealer.BlindIndexes(BlindKind.QueryCode, queryCode), ct);

    public async Task<IReadOnlyList<CaseTransition>> HistoryAsync(string id, CancellationToken ct = default)
    {
        await using var command = database.With(HistorySql, id);
        await using var reader = await command.ExecuteReaderAsync(ct);
        var entries = new List<CaseTransition>();
        while (await reader.ReadAsync(ct))
            entries.Add(CaseDocuments.DecodeEntry(sealer.Open(new SealPlace(CaseDocuments.HistoryTable, reader.GetString(0), reader.GetInt64(1)), reader.GetFieldValue<byte[]>(2))));
        return entries;
    }

    public async Task<string?> OpenOfCertificateAsync(string certificate, string? household, CancellationToken ct = default)
    {
        List<string> subjects = [.. sealer.BlindIndexes(BlindKind.Certificate, BlindText.Certificate(certificate)).Select(i => "id/" + Convert.ToHexStringLower(i))];
        if (household is not null) subjects.Add("hh/" + household);
        await using var command = database.With(OpenSql, (object)subjects.ToArray());
        return await command.ExecuteScalarAsync(ct) as string;
    }

    public async Task<(string Code, string Village)?> HouseholdOfCertificateAsync(string certificate, CancellationToken ct = default)
    {
        await using var command = database.With(HouseholdSql, (object)sealer.BlindIndexes(BlindKind.Certificate, BlindText.Certificate(certificate)));
        await using var reader = await command.ExecuteReaderAsync(ct);
        return await reader.ReadAsync(ct) ? (reader.GetString(0), reader.GetString(1)) : null;
    }

    public async Task<IReadOnlyList<CaseLine>> PublishedAsync(string village, DateOnly today, CancellationToken ct = default)
    {
        await using var command = database.With(PublishedSql, village, today);
        await using var reader = await command.ExecuteReaderAsync(ct);
        var lines = new List<CaseLine>();
        while (await reader.ReadAsync(ct)) lines.Add(CaseSearch.LineOf(reader));
        return lines;
    }

    async ValueTask<RegionCode?> IAreaOf.FindAsync(string id, CancellationToken ct)
    {
        await using var command = database.With(VillageSql, id);
        return RegionCode.TryParse(await command.ExecuteScalarAsync(ct) as string, out var village) ? village : null;
    }

    private async Task<ReadCase?> OneAsync(string sql, object key, CancellationToken ct)
    {
        await using var command = database.With(sql, key);
        await using var reader = await command.ExecuteReaderAsync(ct);
        if (!await reader.ReadAsync(ct) || reader.IsDBNull(2)) return null;
        var (id, version) = (reader.GetString(0), reader.GetInt64(1));
        var state = CaseDocuments.Decode(sealer.Open(new SealPlace(CaseDocuments.Table, id, version), reader.GetFieldValue<byte[]>(2)));
        return new ReadCase(id, state.Last!.Version, state.File!);
    }
}
