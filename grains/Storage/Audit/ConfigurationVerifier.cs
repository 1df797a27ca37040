using System.Text;
using FangFanPin.Domain.Regions;
using FangFanPin.Domain.Sealing;
using FangFanPin.Storage.Cases;
using Npgsql;

namespace FangFanPin.Storage.Audit;

/// <summary>Holds regions and parameters against the newest entry of the audit about each: a row that was changed behind the program's back is found.</summary>
public sealed class ConfigurationVerifier(NpgsqlDataSource database, ISealer sealer)
{
    private const string Newest = "select distinct on (object) object, after_hash from audit where action like $1 and coalesce(before_hash, after_hash) is not null order by object, id desc";

    private const string Regions = $"""
        select a.object, a.after_hash, r.code, r.name, r.level, r.parent from ({Newest}) a left join region r on r.code = a.object and r.valid_to is null order by a.object
        """;

    private const string Parameters = $"""
        select a.object, a.after_hash, p.document::text from ({Newest}) a left join case_parameter p on p.county = a.object order by a.object
        """;

    public async Task<IReadOnlyList<AuditFault>> VerifyAsync(CancellationToken ct)
    {
        var faults = new List<AuditFault>();
        await using var connection = await database.OpenConnectionAsync(ct);
        await EachAsync(connection, Regions, $"{RegionEntries.Action}%", row => Check(faults, row, RegionEntries.PlaceOf, ContentOf(row), "区划"), ct);
        await EachAsync(connection, Parameters, CaseParameterStore.Action, row => Check(
            faults, row, CaseParameterStore.PlaceOf, row.IsDBNull(2) ? null : Encoding.UTF8.GetBytes(row.GetString(2)), "办理时限"), ct);
        return faults;
    }

    private static byte[]? ContentOf(NpgsqlDataReader row) => row.IsDBNull(2) ? null : RegionEntries.Content(new Region(
        RegionCode.Parse(row.GetString(2)), row.GetString(3), (RegionLevel)row.GetInt16(4), row.IsDBNull(5) ? null : RegionCode.Parse(row.GetString(5))));

    private void Check(List<AuditFault> faults, NpgsqlDataReader row, Func<string, SealPlace> place, byte[]? content, string what)
    {
        var subject = row.GetString(0);
        var known = row.IsDBNull(1) ? null : row.GetFieldValue<byte[]>(1);
        if (known is null ? content is null : content is not null && sealer.HasFingerprint(place(subject), content, known)) return;
        faults.Add(new AuditFault(AuditFaults.ConfigurationAltered, null, subject, $"{what} {subject} 与审计所记的最近一次变更不符:在程序之外被改动。"));
    }

    private static async Task EachAsync(NpgsqlConnection connection, string sql, string action, Action<NpgsqlDataReader> check, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0, Parameters = { new() { Value = action } } };
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct)) check(reader);
    }
}
