using FangFanPin.Domain.Sealing;
using FangFanPin.Domain.Warnings;
using Npgsql;
using NpgsqlTypes;

namespace FangFanPin.Storage.Warnings;

/// <summary>Whom a department's file speaks of, by the rows of active members of active households.</summary>
internal static class WarningMatches
{
    private const string Active = "h.document is not null and h.village is not null and (h.status is null or h.status = '1') and (m.status is null or m.status = '1')";

    /// <summary>Served by household_member_by_cert.</summary>
    private const string Certificates = $"""
        select distinct on (w.certificate) w.certificate, h.code, h.village from unnest($1::text[], $2::bytea[]) as w (certificate, hash)
        join household_member m on m.cert_index = w.hash join household h on h.code = m.household_code
        where {Active} order by w.certificate, h.code
        """;

    /// <summary>Served by household_member_by_name. Two of one name in a village are nobody.</summary>
    private const string Names = $"""
        select w.name, w.village, min(h.code) from unnest($1::text[], $2::text[]) as w (name, village)
        join household_member m on left(m.name, 2) = left(w.name, 2) and m.village = w.village and m.name = w.name join household h on h.code = m.household_code
        where {Active} group by w.name, w.village having count(distinct h.code) = 1
        """;

    public static async Task<IReadOnlyDictionary<string, (string Code, string Village)>> ByCertificateAsync(
        NpgsqlDataSource database, ISealer sealer, IReadOnlyCollection<string> certificates, CancellationToken ct)
    {
        var wanted = certificates.SelectMany(c => sealer.BlindIndexes(BlindKind.Certificate, c).Select(hash => (Certificate: c, Hash: hash))).ToList();
        await using var command = database.CreateCommand(Certificates);
        command.Parameters.Add(new() { Value = wanted.Select(w => w.Certificate).ToArray() });
        command.Parameters.Add(new() { Value = wanted.Select(w => w.Hash).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea });
        await using var reader = await command.ExecuteReaderAsync(ct);
        var found = new Dictionary<string, (string, string)>(StringComparer.Ordinal);
        while (await reader.ReadAsync(ct)) found[reader.GetString(0)] = (reader.GetString(1), reader.GetString(2));
        return found;
    }

    public static async Task<IReadOnlyDictionary<NamedPerson, (string Code, string Village)>> ByNameAsync(
        NpgsqlDataSource database, IReadOnlyCollection<NamedPerson> people, CancellationToken ct)
    {
        var found = new Dictionary<NamedPerson, (string, string)>();
        if (people.Count == 0) return found;
        await using var command = database.CreateCommand(Names);
        command.Parameters.Add(new() { Value = people.Select(p => p.Name).ToArray() });
        command.Parameters.Add(new() { Value = people.Select(p => p.Village).ToArray() });
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct)) found[new NamedPerson(reader.GetString(0), reader.GetString(1))] = (reader.GetString(2), reader.GetString(1));
        return found;
    }
}
