using System.Security.Cryptography;
using FangFanPin.Domain.Sealing;
using FangFanPin.Storage.Households;
using FangFanPin.Storage.Sealing;
using Npgsql;

namespace FangFanPin.Storage.Audit;

/// <summary>
/// Opens everything that is sealed where it stands, and holds households against their history and the audit: what was put in another's place, altered,
/// deleted, or put back as it was is found.
/// </summary>
public sealed class DocumentVerifier(NpgsqlDataSource database, ISealer sealer)
{
    private const int Step = 500;
    private const int FaultsMax = 1_000;

    /// <summary>No key has this number yet: every row is one to look at.</summary>
    private static readonly RotationKeys NoKeys = new(int.MaxValue, int.MaxValue);

    private const string RolledBack = """
        select h.code from household h
        where h.document is not null and h.changed_version is distinct from (select max(version) from household_history c where c.code = h.code) order by h.code limit $1
        """;

    /// <summary>
    /// The newest change of each household that the audit knows must stand in its history, and what it left behind in its document. Imports change
    /// households without an entry for each.
    /// </summary>
    private const string NotAsRecorded = """
        select * from (
            select a.object, h.code is null as gone, not exists (select from household_history c where c.code = a.object and c.at = a.at) as older,
                h.changed_at = a.at and h.version = h.changed_version and h.document_hash <> a.after_hash as altered
            from (select distinct on (object) object, at, after_hash from audit where action like 'household.%' and after_hash is not null order by object, id desc) a
            left join household h on h.code = a.object) found
        where gone or older or altered order by object limit $1
        """;

    /// <returns>How many were opened, and what is wrong.</returns>
    public async Task<(long Documents, IReadOnlyList<AuditFault> Faults)> VerifyAsync(CancellationToken ct)
    {
        var (faults, documents) = (new List<AuditFault>(), 0L);
        await using var connection = await database.OpenConnectionAsync(ct);
        foreach (var table in SealedTables.All.Where(t => t is not MemberHashes)) documents += await TableAsync(connection, table, faults, ct);
        await AskAsync(connection, RolledBack, row => faults.Add(new AuditFault(
            AuditFaults.DocumentRolledBack, null, row.GetString(0), $"户 {row.GetString(0)} 的档案与最新变更记录不是同一版本:被还原为旧版,或变更记录被增删。")), ct);
        await AskAsync(connection, NotAsRecorded, row => Add(faults, row.GetString(0), row.GetBoolean(1), row.GetBoolean(2)), ct);
        return (documents, faults);
    }

    private static void Add(List<AuditFault> faults, string code, bool gone, bool older)
    {
        if (gone) faults.Add(new AuditFault(AuditFaults.DocumentDeleted, null, code, $"户 {code} 在审计中有变更记录,档案已不存在。"));
        else if (!older) faults.Add(new AuditFault(AuditFaults.DocumentAltered, null, code, $"户 {code} 的档案内容与审计记录的变更后状态不符。"));
        // Once is enough.
        else if (!faults.Exists(f => f.Object == code)) faults.Add(new AuditFault(AuditFaults.DocumentRolledBack, null, code, $"户 {code} 的变更记录中没有审计所记的最新变更:被还原为旧版,或变更记录被删除。"));
    }

    private async Task<long> TableAsync(NpgsqlConnection connection, SealedTable table, List<AuditFault> faults, CancellationToken ct)
    {
        var (after, documents) = ((string[]?)null, 0L);
        while (faults.Count < FaultsMax)
        {
            var rows = await table.StaleAsync(connection, NoKeys, after, Step, ct);
            foreach (var row in rows)
                if (FaultOf(row) is { } fault) faults.Add(fault);
            documents += rows.Count;
            if (rows.Count < Step) break;
            after = rows[^1].Key;
        }
        return documents;
    }

    private AuditFault? FaultOf(StaleRow row)
    {
        var household = row.Place.Table == HouseholdMapping.Table;
        var (subject, said) = household ? (row.Place.Key, $"户 {row.Place.Key} 的密封档案") : ($"{row.Place.Table} {string.Join('/', row.Key)}", $"{row.Place.Table} 中 {string.Join('/', row.Key)} 的密封内容");
        try
        {
            var plain = sealer.Open(row.Place, row.Box);
            return row.Hash is null || sealer.HasFingerprint(row.Place, plain, row.Hash) ? null
                : new AuditFault(AuditFaults.DocumentAltered, null, subject, $"{said}与写入时的指纹不符:内容被替换。");
        }
        catch (Exception e) when (e is CryptographicException or InvalidDataException)
        {
            return new AuditFault(AuditFaults.DocumentForeign, null, subject, $"{said}不是为该处该版本封存的:被改动或被调换。");
        }
    }

    private static async Task AskAsync(NpgsqlConnection connection, string sql, Action<NpgsqlDataReader> add, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0, Parameters = { new() { Value = FaultsMax } } };
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct)) add(reader);
    }
}
