using FangFanPin.Domain.Sealing;
using FangFanPin.Storage.Sealing;
using Npgsql;

namespace FangFanPin.Storage.Cases;

/// <summary>Cases with their hashes, one of which may stand in the subject that keeps a family to one open procedure.</summary>
internal sealed class CaseBoxes : SealedTable
{
    [System.Diagnostics.CodeAnalysis.SetsRequiredMembers]
    public CaseBoxes()
    {
        (Name, Box, Key, PlaceKey, Version) = (CaseDocuments.Table, "document", [("id", "text")], "t.id", "t.version");
        Hashed = true;
        StaleHashes = "get_byte(t.query_index, 0) <> $2 or get_byte(t.cert_index, 0) <> $2 or (t.subject like 'id/%' and left(t.subject, 5) <> 'id/' || lpad(to_hex($2), 2, '0'))";
    }

    public override async Task<long> RenewAsync(NpgsqlConnection connection, IReadOnlyList<StaleRow> rows, RingSealer sealer, CancellationToken ct)
    {
        var files = rows.Select(r => CaseDocuments.Decode(sealer.Open(r.Place, r.Box)).File).ToArray();
        await using var command = new NpgsqlCommand(UpdateSql("query, cert, subject", ", query_index = g.query, cert_index = g.cert, subject = g.subject"), connection);
        BindRows(command, rows, [.. rows.Select(r => sealer.Renew(r.Place, r.Box))]);
        command.Parameters.Add(Boxes(files.Select(f => sealer.BlindIndex(BlindKind.QueryCode, f?.QueryCode))));
        command.Parameters.Add(Boxes(files.Select(f => f is null ? null : sealer.BlindIndex(BlindKind.Certificate, BlindText.Certificate(CaseDocuments.CertificateOf(f))))));
        command.Parameters.Add(Texts(files.Select(f => f is null ? null : CaseDocuments.SubjectOf(f, sealer))));
        return (long)(await command.ExecuteScalarAsync(ct))!;
    }
}
