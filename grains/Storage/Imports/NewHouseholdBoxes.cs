using FangFanPin.Domain.Sealing;
using FangFanPin.Storage.Households;
using FangFanPin.Storage.Sealing;
using Npgsql;
using NpgsqlTypes;

namespace FangFanPin.Storage.Imports;

/// <summary>Households that wait between preview and commit, sealed for the places that they are going to. Both boxes and all hashes are made anew together.</summary>
internal sealed class NewHouseholdBoxes : SealedTable
{
    /// <summary>Those that no commit is just moving: nothing is waited for.</summary>
    private const string Free = "select change from import_new where import_id = $1 and run = $2 and village = $3 and code = $4 and document = $5 for update skip locked";

    private const string Update = """
        update import_new set document = $5, change = $6, head_cert_index = $7, phone_index = $8, members_digest = $9, cert_indexes = $10, last6_indexes = $11, phone_indexes = $12
        where import_id = $1 and run = $2 and village = $3 and code = $4
        """;

    [System.Diagnostics.CodeAnalysis.SetsRequiredMembers]
    public NewHouseholdBoxes()
    {
        (Name, Box, PlaceKey, Version, PlaceTable, Hashed) = ("import_new", "document", "t.code", "1::bigint", HouseholdMapping.Table, true);
        Key = [("import_id", "uuid"), ("run", "int"), ("village", "text"), ("code", "text")];
        StaleHashes = "get_byte(t.change, 1) <> $1 or get_byte(t.head_cert_index, 0) <> $2 or get_byte(t.phone_index, 0) <> $2";
    }

    public override async Task<long> RenewAsync(NpgsqlConnection connection, IReadOnlyList<StaleRow> rows, RingSealer sealer, CancellationToken ct)
    {
        var renewed = 0L;
        foreach (var row in rows)
        {
            await using var free = Command(Free, connection, row, row.Box);
            if (await free.ExecuteScalarAsync(ct) is not byte[] change) continue;
            var file = StateDocument.DecodeFile(sealer.Open(row.Place, row.Box));
            var members = MemberRows.Of(row.Place.Key, file?.Members ?? [], sealer);
            await using var update = Command(Update, connection, row, sealer.Renew(row.Place, row.Box), sealer.Renew(row.Place with { Table = StoredChange.Table }, change));
            Add(update, sealer.BlindIndex(BlindKind.Certificate, BlindText.Certificate(file?.Household.HeadCertNumber)));
            Add(update, sealer.BlindIndex(BlindKind.Phone, BlindText.Phone(file?.Household.Phone)));
            Add(update, members.Digest);
            update.Parameters.Add(Boxes(members.Rows.Select(m => m.CertIndex)));
            update.Parameters.Add(Boxes(members.Rows.Select(m => m.LastSixIndex)));
            update.Parameters.Add(Boxes(members.Rows.Select(m => m.PhoneIndex)));
            renewed += await update.ExecuteNonQueryAsync(ct);
        }
        return renewed;
    }

    private static NpgsqlCommand Command(string sql, NpgsqlConnection connection, StaleRow row, params byte[][] boxes)
    {
        var command = new NpgsqlCommand(sql, connection);
        foreach (var value in new object[] { Guid.Parse(row.Key[0]), int.Parse(row.Key[1], System.Globalization.CultureInfo.InvariantCulture), row.Key[2], row.Key[3] }) command.Parameters.Add(new() { Value = value });
        foreach (var box in boxes) Add(command, box);
        return command;
    }

    private static void Add(NpgsqlCommand command, byte[]? bytes) => command.Parameters.Add(new() { Value = (object?)bytes ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bytea });
}
