using FangFanPin.Domain.Imports;
using FangFanPin.Storage.Households;
using Npgsql;
using NpgsqlTypes;

namespace FangFanPin.Storage.Imports;

/// <summary>
/// New households of an import that asks for no preview: with COPY straight to where they belong, which costs the database half of what staging and moving
/// them does. Nothing of a batch is there when one of it was in the way.
/// </summary>
internal sealed class NewHouseholdRows(NpgsqlDataSource database, IReadOnlyList<HouseholdRow> rows) : INewHouseholdRows
{
    private const string CopyHouseholds = """
        copy household (code, version, write_id, village, contribution, next_due, document, status, class, household_type, policy_status, monitor_category, risk_eliminated,
            recognized_month, eliminated_month, risk_types, head_name, head_cert_index, member_count, net_per_capita, members_digest, document_hash, changed_version, changed_at, changed_by)
        from stdin (format binary)
        """;

    private const string CopyPhones = "copy household_phone (code, phone_index) from stdin (format binary)";

    private const string CopyMembers =
        "copy household_member (household_code, person_code, name, sex, birth_date, status, cert_index, last6_index, phone_index, village) from stdin (format binary)";

    private const string CopyRisks = "copy household_risk (risk_type, village, code, oldest, youngest) from stdin (format binary)";

    /// <summary>The trigger would look for members that have not come yet, household by household.</summary>
    private const string RisksCopied = "set local fangfanpin.risks = 'copied'";

    /// <summary>Under which the monitored stand among the households with risks, whatever theirs are.</summary>
    private const string OfMonitored = "*";

    private const string CopyHistory =
        "copy household_history (code, version, at, actor, kind, command_id, import_id, document, document_hash) from stdin (format binary)";

    private const string CopyOutcomes = "copy import_household (import_id, run, code, kind, outcome) from stdin (format binary)";

    /// <summary>
    /// Served by household_member_by_person, one look for each. A hash index answers a list by a bitmap only, and whether one of it exists was looked for along
    /// the whole primary key: at 1.7 million households that was half of what the database did.
    /// </summary>
    internal const string SomebodyElsewhere = """
        select exists (select from unnest($1) as p (person) cross join lateral (select from household_member m where m.person_code = p.person offset 0) m)
        """;

    private const string LiveVillages = "select count(*) from region_epoch where region = any ($1) and live";

    private const string Owe = """
        insert into owed as o (target, subject, version, at) select v, c, 1, now() from unnest($1, $2) as n (v, c) order by v, c
        on conflict (target, subject) do update set version = greatest(o.version, excluded.version)
        """;

    public async Task<RunnerOrder?> RegisterAsync(ImportJob job, DateTimeOffset now, CancellationToken ct)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await NewHouseholdStore.ExecuteAsync(connection, $"{NewHouseholdStore.ByIndexes}; {RisksCopied}", ct);
        if (await IsInTheWayAsync(connection, ct)) return null;
        try
        {
            await CopyHouseholdsAsync(connection, job, now.ToUniversalTime(), ct);
            await CopyMembersAsync(connection, ct);
            await CopyRisksAsync(connection, ct);
            await CopyHistoryAsync(connection, job, now.ToUniversalTime(), ct);
            await OweAsync(connection, ct);
            await CopyOutcomesAsync(connection, job, ct);
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.UniqueViolation or PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure)
        {
            return null;
        }
        var order = await ImportJobStore.SaveAsync(job, connection, transaction, ct);
        if (order == RunnerOrder.GiveWay) return order;
        await transaction.CommitAsync(ct);
        await NewHouseholdStore.ExecuteAsync(connection, "select analyze_grown()", ct);
        return order;
    }

    /// <summary>A person stands in a household already, or a village is none any more.</summary>
    private async Task<bool> IsInTheWayAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        var villages = rows.Select(r => r.Columns.Village!).Distinct(StringComparer.Ordinal).ToArray();
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new NpgsqlBatchCommand(SomebodyElsewhere) { Parameters = { new() { Value = rows.SelectMany(r => r.Members!.Rows.Select(m => m.Person)).ToArray() } } },
                new NpgsqlBatchCommand(LiveVillages) { Parameters = { new() { Value = villages } } },
            },
        };
        await using var reader = await batch.ExecuteReaderAsync(ct);
        await reader.ReadAsync(ct);
        if (reader.GetBoolean(0)) return true;
        await reader.NextResultAsync(ct);
        await reader.ReadAsync(ct);
        return reader.GetInt64(0) != villages.Length;
    }

    private async Task CopyHouseholdsAsync(NpgsqlConnection connection, ImportJob job, DateTimeOffset now, CancellationToken ct)
    {
        await using (var copy = await connection.BeginBinaryImportAsync(CopyHouseholds, ct))
        {
            foreach (var row in rows)
            {
                var columns = row.Columns;
                await copy.StartRowAsync(ct);
                await copy.WriteAsync(row.Key, NpgsqlDbType.Text, ct);
                await copy.WriteAsync(1L, NpgsqlDbType.Bigint, ct);
                await copy.WriteAsync(row.WriteId, NpgsqlDbType.Uuid, ct);
                await copy.WriteAsync(columns.Village!, NpgsqlDbType.Text, ct);
                await copy.StateAsync(row, ct);
                await copy.ValueAsync(columns.MemberCount, NpgsqlDbType.Integer, ct);
                await copy.ValueAsync(columns.NetPerCapita, NpgsqlDbType.Numeric, ct);
                await copy.WriteAsync(row.Members!.Digest, NpgsqlDbType.Bytea, ct);
                await copy.BytesAsync(row.DocumentHash, ct);
                await copy.WriteAsync(1L, NpgsqlDbType.Bigint, ct);
                await copy.WriteAsync(now, NpgsqlDbType.TimestampTz, ct);
                await copy.WriteAsync(job.Actor.Account, NpgsqlDbType.Text, ct);
            }
            await copy.CompleteAsync(ct);
        }
        await using var phones = await connection.BeginBinaryImportAsync(CopyPhones, ct);
        foreach (var row in rows.Where(r => r.PhoneIndex is not null))
        {
            await phones.StartRowAsync(ct);
            await phones.WriteAsync(row.Key, NpgsqlDbType.Text, ct);
            await phones.WriteAsync(row.PhoneIndex!, NpgsqlDbType.Bytea, ct);
        }
        await phones.CompleteAsync(ct);
    }

    private async Task CopyMembersAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        await using var copy = await connection.BeginBinaryImportAsync(CopyMembers, ct);
        foreach (var row in rows)
        {
            foreach (var member in row.Members!.Rows.OrderBy(m => m.Person, StringComparer.Ordinal))
            {
                await copy.StartRowAsync(ct);
                await copy.WriteAsync(row.Key, NpgsqlDbType.Text, ct);
                await copy.WriteAsync(member.Person, NpgsqlDbType.Text, ct);
                await copy.TextAsync(member.Name, ct);
                await copy.TextAsync(member.Sex, ct);
                await copy.ValueAsync(member.BirthDate, NpgsqlDbType.Date, ct);
                await copy.TextAsync(member.Status, ct);
                await copy.BytesAsync(member.CertIndex, ct);
                await copy.BytesAsync(member.LastSixIndex, ct);
                await copy.BytesAsync(member.PhoneIndex, ct);
                await copy.WriteAsync(row.Columns.Village!, NpgsqlDbType.Text, ct);
            }
        }
        await copy.CompleteAsync(ct);
    }

    private async Task CopyRisksAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        await using var copy = await connection.BeginBinaryImportAsync(CopyRisks, ct);
        foreach (var row in rows)
        {
            var columns = row.Columns;
            if (columns.MonitorCategory is null && string.IsNullOrEmpty(columns.RiskTypes)) continue;
            var births = row.Members!.Rows.Select(m => m.BirthDate);
            foreach (var risk in columns.MonitorCategory is null ? columns.Risks() : columns.Risks().Append(OfMonitored))
            {
                await copy.StartRowAsync(ct);
                await copy.WriteAsync(risk, NpgsqlDbType.Text, ct);
                await copy.WriteAsync(columns.Village!, NpgsqlDbType.Text, ct);
                await copy.WriteAsync(row.Key, NpgsqlDbType.Text, ct);
                await copy.ValueAsync(births.Min(), NpgsqlDbType.Date, ct);
                await copy.ValueAsync(births.Max(), NpgsqlDbType.Date, ct);
            }
        }
        await copy.CompleteAsync(ct);
    }

    private async Task CopyHistoryAsync(NpgsqlConnection connection, ImportJob job, DateTimeOffset now, CancellationToken ct)
    {
        await using var copy = await connection.BeginBinaryImportAsync(CopyHistory, ct);
        foreach (var row in rows)
        {
            await copy.StartRowAsync(ct);
            await copy.WriteAsync(row.Key, NpgsqlDbType.Text, ct);
            await copy.WriteAsync(1L, NpgsqlDbType.Bigint, ct);
            await copy.WriteAsync(now, NpgsqlDbType.TimestampTz, ct);
            await copy.WriteAsync(job.Actor.Account, NpgsqlDbType.Text, ct);
            await copy.WriteAsync(NewHouseholdStore.Kind, NpgsqlDbType.Text, ct);
            await copy.WriteAsync(row.Change!.CommandId, NpgsqlDbType.Uuid, ct);
            await copy.WriteAsync(job.HistoryId, NpgsqlDbType.Text, ct);
            await copy.WriteAsync(row.ChangeDocument!, NpgsqlDbType.Bytea, ct);
            await copy.BytesAsync(row.ChangeHash, ct);
        }
        await copy.CompleteAsync(ct);
    }

    private async Task OweAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        var owing = rows.Where(r => r.Columns.Contribution.Count > 0).ToList();
        await using var command = new NpgsqlCommand(Owe, connection);
        command.Parameters.Add(new() { Value = owing.Select(r => r.Columns.Village!).ToArray() });
        command.Parameters.Add(new() { Value = owing.Select(r => r.Key).ToArray() });
        await command.ExecuteNonQueryAsync(ct);
    }

    private async Task CopyOutcomesAsync(NpgsqlConnection connection, ImportJob job, CancellationToken ct)
    {
        await using var copy = await connection.BeginBinaryImportAsync(CopyOutcomes, ct);
        foreach (var row in rows)
        {
            await copy.StartRowAsync(ct);
            await copy.WriteAsync(job.Id, NpgsqlDbType.Uuid, ct);
            await copy.WriteAsync(job.Run, NpgsqlDbType.Integer, ct);
            await copy.WriteAsync(row.Key, NpgsqlDbType.Text, ct);
            await copy.WriteAsync((short)StagedKind.New, NpgsqlDbType.Smallint, ct);
            await copy.WriteAsync((short)StagedOutcome.Written, NpgsqlDbType.Smallint, ct);
        }
        await copy.CompleteAsync(ct);
    }
}
