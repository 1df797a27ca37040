using FangFanPin.Domain.Cases;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Imports;
using FangFanPin.Domain.Regions;
using FangFanPin.Domain.Sealing;
using FangFanPin.Storage.Households;
using Npgsql;
using NpgsqlTypes;

namespace FangFanPin.Storage.Imports;

/// <summary>Households as the records provider has stored them, many in one query.</summary>
public sealed class StoredHouseholds(NpgsqlDataSource database, ISealer sealer, IRegions regions) : IStoredHouseholds
{
    private const string Files =
        "select code, version, coalesce(changed_version, version), document from household where code = any ($1)";

    /// <summary>Served by household_member_by_person.</summary>
    private const string Persons = "select person_code, household_code from household_member where person_code = any ($1)";

    /// <summary>Served by household_of_platform.</summary>
    private const string Platform = """
        select w.certificate, min(h.code) from unnest($1::text[], $2::bytea[]) as w (certificate, hash)
        join household h on h.head_cert_index = w.hash
        where h.code like 'P%' and h.code ~ '^P([0-9]{16}|[0-9A-F]{29})$' and h.document is not null and (h.status is null or h.status = '1')
        group by w.certificate
        """;

    /// <summary>Served by case_by_household.</summary>
    private const string Booked = $"""
        select household, kind from case_file
        where household = any ($1) and is_open and step = '{CaseSteps.Booked}' and kind in ('{CaseKinds.Recognition}', '{CaseKinds.Elimination}')
        """;

    /// <summary>Served by household_member_by_cert.</summary>
    private const string Certificates = """
        select distinct w.code from unnest($1::text[], $2::text[], $3::bytea[]) as w (code, replaces, hash)
        join household_member m on m.cert_index = w.hash and m.household_code <> w.code and m.household_code is distinct from w.replaces
        join household h on h.code = m.household_code
        where h.changed_at >= $4 and (h.status is null or h.status = '1') and (m.status is null or m.status = '1')
          and not exists (select from import_household i where i.import_id = $5 and i.run = $6 and i.code = h.code)
        """;

    public async Task<IReadOnlyDictionary<string, StoredFile>> FilesAsync(IReadOnlyCollection<string> codes, CancellationToken ct)
    {
        var files = new Dictionary<string, StoredFile>(StringComparer.Ordinal);
        await using var command = Command(Files, codes);
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            var code = reader.GetString(0);
            var plain = reader.IsDBNull(3) ? null : sealer.Open(new SealPlace(HouseholdMapping.Table, code, reader.GetInt64(1)), reader.GetFieldValue<byte[]>(3));
            files[code] = new StoredFile(plain is null ? null : StateDocument.DecodeFile(plain), reader.GetInt64(2));
        }
        return files;
    }

    public async Task<ILookup<string, string>> HouseholdsOfAsync(IReadOnlyCollection<string> personCodes, CancellationToken ct)
    {
        var found = new List<(string Person, string Household)>();
        if (personCodes.Count == 0) return found.ToLookup(f => f.Person, f => f.Household, StringComparer.Ordinal);
        await using var command = Command(Persons, personCodes);
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct)) found.Add((reader.GetString(0), reader.GetString(1)));
        return found.ToLookup(f => f.Person, f => f.Household, StringComparer.Ordinal);
    }

    public async Task<IReadOnlyDictionary<string, string>> PlatformHouseholdsAsync(IReadOnlyCollection<string> headCertificates, CancellationToken ct)
    {
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        var wanted = headCertificates.SelectMany(c => sealer.BlindIndexes(BlindKind.Certificate, c).Select(hash => (Certificate: c, Hash: hash))).ToList();
        if (wanted.Count == 0) return found;
        await using var command = Command(Platform, [.. wanted.Select(w => w.Certificate)]);
        command.Parameters.Add(Hashes(wanted.Select(w => w.Hash)));
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct)) found[reader.GetString(0)] = reader.GetString(1);
        return found;
    }

    public async Task<IReadOnlyDictionary<string, string>> BookedAsync(IReadOnlyCollection<string> codes, CancellationToken ct)
    {
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        if (codes.Count == 0) return found;
        await using var command = Command(Booked, codes);
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct)) found[reader.GetString(0)] = reader.GetString(1);
        return found;
    }

    public async Task<IReadOnlySet<string>> WithCertificatesElsewhereAsync(ImportJob job, IReadOnlyCollection<StagedHousehold> households, CancellationToken ct)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        if (job.ComparedAt is not { } since) return found;
        var wanted = households.SelectMany(h => h.Change!.Incoming.ActiveMembers.SelectMany(m =>
            sealer.BlindIndexes(BlindKind.Certificate, BlindText.Certificate(m.CertNumber)).Select(hash => (h.Code, h.Change.Replaces, Hash: hash)))).ToList();
        if (wanted.Count == 0) return found;
        await using var command = Command(Certificates, [.. wanted.Select(w => w.Code)]);
        command.Parameters.Add(new() { Value = wanted.Select(w => w.Replaces).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
        command.Parameters.Add(Hashes(wanted.Select(w => w.Hash)));
        command.Parameters.Add(new() { Value = since.ToUniversalTime() });
        command.Parameters.Add(new() { Value = job.Id });
        command.Parameters.Add(new() { Value = job.ParsedRun });
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct)) found.Add(reader.GetString(0));
        return found;
    }

    public async Task<IAsyncDisposable> HoldAsync(string region, CancellationToken ct)
    {
        var connection = await database.OpenConnectionAsync(ct);
        try
        {
            var county = regions.Tree.PathTo(RegionCode.Parse(region)).FirstOrDefault(r => r.Level == RegionLevel.County);
            return await ImportHold.TakeAsync(connection, county?.Code, ct);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    private static NpgsqlParameter Hashes(IEnumerable<byte[]> hashes) => new() { Value = hashes.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea };

    private NpgsqlCommand Command(string sql, IReadOnlyCollection<string> keys)
    {
        var command = database.CreateCommand(sql);
        command.Parameters.Add(new() { Value = keys.ToArray() });
        return command;
    }
}
