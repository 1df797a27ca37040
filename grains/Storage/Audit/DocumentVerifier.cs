using System.Security.Cryptography;
using FangFanPin.Domain.Sealing;
using Npgsql;

namespace FangFanPin.Storage.Audit;

/// <summary>Opens every sealed household where it stands: one that was put in another's place, altered, or put back as it was is found.</summary>
public sealed class DocumentVerifier(NpgsqlDataSource database, ISealer sealer)
{
    private const int Step = 500;
    private const int FaultsMax = 1_000;

    private const string Rows = """
        select h.code, h.version, h.document, h.changed_version, (select max(version) from household_history c where c.code = h.code)
        from household h where h.code > $1 and h.document is not null order by h.code limit $2
        """;

    /// <returns>How many were opened, and what is wrong.</returns>
    public async Task<(long Documents, IReadOnlyList<AuditFault> Faults)> VerifyAsync(CancellationToken ct)
    {
        var (faults, after, documents) = (new List<AuditFault>(), "", 0L);
        await using var connection = await database.OpenConnectionAsync(ct);
        while (faults.Count < FaultsMax)
        {
            var before = documents;
            await using var command = new NpgsqlCommand(Rows, connection) { Parameters = { new() { Value = after }, new() { Value = Step } } };
            await using var reader = await command.ExecuteReaderAsync(ct);
            for (; await reader.ReadAsync(ct); documents++)
            {
                after = reader.GetString(0);
                if (!Opens(after, reader.GetInt64(1), reader.GetFieldValue<byte[]>(2)))
                    faults.Add(new AuditFault(AuditFaults.DocumentForeign, null, after, $"户 {after} 的密封档案不是为该户该版本封存的:被改动或被调换。"));
                else if (!reader.IsDBNull(4) && (reader.IsDBNull(3) || reader.GetInt64(3) != reader.GetInt64(4)))
                    faults.Add(new AuditFault(AuditFaults.DocumentRolledBack, null, after, $"户 {after} 的档案与最新变更记录不是同一版本:被还原为旧版,或变更记录被增删。"));
            }
            if (documents - before < Step) break;
        }
        return (documents, faults);
    }

    private bool Opens(string code, long version, byte[] box)
    {
        try
        {
            sealer.Open(new SealPlace("household", code, version), box);
            return true;
        }
        catch (Exception e) when (e is CryptographicException or InvalidDataException)
        {
            return false;
        }
    }
}
