using FangFanPin.Domain.Households;
using FangFanPin.Domain.Sealing;
using FangFanPin.Storage.Sealing;
using Npgsql;

namespace FangFanPin.Storage.Households;

/// <summary>Households with their hashes, which are made anew from the document.</summary>
internal sealed class HouseholdBoxes : SealedTable
{
    private const string Phones = "phones as (update household_phone p set phone_index = g.phone from given g join free f on f.code = g.k0 where p.code = f.code)";

    [System.Diagnostics.CodeAnalysis.SetsRequiredMembers]
    public HouseholdBoxes()
    {
        (Name, Box, Key, PlaceKey, Version) = (HouseholdMapping.Table, "document", [("code", "text")], "t.code", "t.version");
        Hashed = true;
        StaleHashes = "get_byte(t.head_cert_index, 0) <> $2 or exists (select from household_phone p where p.code = t.code and get_byte(p.phone_index, 0) <> $2)";
    }

    public override async Task<long> RenewAsync(NpgsqlConnection connection, IReadOnlyList<StaleRow> rows, RingSealer sealer, CancellationToken ct)
    {
        var opened = rows.Select(r => sealer.Open(r.Place, r.Box)).ToArray();
        var heads = opened.Select(o => StateDocument.DecodeFile(o)?.Household).ToArray();
        await using var command = new NpgsqlCommand(UpdateSql("cert, phone", ", head_cert_index = g.cert", Phones), connection);
        BindRows(command, rows, [.. rows.Select(r => sealer.Renew(r.Place, r.Box))]);
        command.Parameters.Add(Boxes(heads.Select(h => sealer.BlindIndex(BlindKind.Certificate, BlindText.Certificate(h?.HeadCertNumber)))));
        command.Parameters.Add(Boxes(heads.Select(h => sealer.BlindIndex(BlindKind.Phone, BlindText.Phone(h?.Phone)))));
        return (long)(await command.ExecuteScalarAsync(ct))!;
    }
}

/// <summary>
/// Hashes of members. They come from the household's document, and change only while the household stands still: under its lock, and at the version
/// whose document was opened.
/// </summary>
internal sealed class MemberHashes : SealedTable
{
    private const string Stale = """
        with stale as (
            select distinct on (m.household_code) m.household_code from household_member m
            where (get_byte(m.cert_index, 0) <> $2 or get_byte(m.last6_index, 0) <> $2 or get_byte(m.phone_index, 0) <> $2) and $1 > 0
              and ($4::text is null or m.household_code > $4) order by m.household_code limit $3
        )
        select array[h.code], h.code, h.version, h.document from stale s join household h on h.code = s.household_code where h.document is not null order by h.code
        """;

    private const string Update = """
        with given as materialized (select * from unnest($1, $2, $3) as g (code, version, digest)),
        free as materialized (
            select h.code, g.digest from household h join given g on h.code = g.code and h.version = g.version order by h.code for no key update of h skip locked),
        members as materialized (select * from unnest($4, $5, $6, $7, $8) as m (household, person, cert, last6, phone)),
        digests as (update household h set members_digest = f.digest from free f where h.code = f.code),
        renewed as (
            update household_member t set cert_index = m.cert, last6_index = m.last6, phone_index = m.phone from members m join free f on f.code = m.household
            where t.household_code = m.household and t.person_code = m.person)
        select count(*) from free
        """;

    [System.Diagnostics.CodeAnalysis.SetsRequiredMembers]
    public MemberHashes() => (Name, Box, Key, PlaceKey) = ("household_member", "cert_index", [("household_code", "text")], "t.household_code");

    public override async Task<IReadOnlyList<StaleRow>> StaleAsync(NpgsqlConnection connection, RotationKeys keys, string[]? after, int limit, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(Stale, connection);
        foreach (var value in new object[] { keys.Seal, keys.Index, limit }) command.Parameters.Add(new() { Value = value });
        command.Parameters.Add(new() { Value = (object?)after?[0] ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text });
        await using var reader = await command.ExecuteReaderAsync(ct);
        var rows = new List<StaleRow>();
        while (await reader.ReadAsync(ct))
            rows.Add(new StaleRow(reader.GetFieldValue<string[]>(0), new SealPlace(HouseholdMapping.Table, reader.GetString(1), reader.GetInt64(2)), reader.GetFieldValue<byte[]>(3)));
        return rows;
    }

    public override async Task<long> RenewAsync(NpgsqlConnection connection, IReadOnlyList<StaleRow> rows, RingSealer sealer, CancellationToken ct)
    {
        var members = rows.Select(r => MemberRows.Of(r.Place.Key, StateDocument.DecodeFile(sealer.Open(r.Place, r.Box))?.Members ?? [], sealer)).ToArray();
        var all = members.SelectMany(m => m.Rows).ToArray();
        await using var command = new NpgsqlCommand(Update, connection);
        command.Parameters.Add(Texts(rows.Select(r => r.Place.Key)));
        command.Parameters.Add(new() { Value = rows.Select(r => r.Place.Version).ToArray() });
        command.Parameters.Add(Boxes(members.Select(m => m.Digest)));
        command.Parameters.Add(Texts(all.Select(m => m.Household)));
        command.Parameters.Add(Texts(all.Select(m => m.Person)));
        command.Parameters.Add(Boxes(all.Select(m => m.CertIndex)));
        command.Parameters.Add(Boxes(all.Select(m => m.LastSixIndex)));
        command.Parameters.Add(Boxes(all.Select(m => m.PhoneIndex)));
        return (long)(await command.ExecuteScalarAsync(ct))!;
    }
}
