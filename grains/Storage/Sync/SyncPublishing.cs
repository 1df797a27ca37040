using System.Text.Json;
using FangFanPin.Domain;
using FangFanPin.Domain.Sealing;
using FangFanPin.Domain.Sync;
using Npgsql;
using NpgsqlTypes;

namespace FangFanPin.Storage.Sync;

/// <summary>Stores what a batch is going to do, in one transaction with the batch's next stage: all of it or nothing, and only for the runner that has the batch.</summary>
internal sealed class SyncPublishing(NpgsqlDataSource database, ISealer sealer, SyncOptions options)
{
    internal const string PendingTable = "sync_pending";
    private const string Save = "update sync_batch set heartbeat = now(), stage = $3, batch = $4 where id = $1 and run = $2 and running";
    private const string Supersede = """
        update sync_share set stage = 'Superseded', share = share || '{"Stage": "Superseded"}' where stage = 'Held' and region = any ($1)
        """;
    private const string CopyShares = "copy sync_share (batch_id, region, stage, import_id, share) from stdin (format binary)";
    private const string CopyLines = "copy sync_line (batch_id, share, code, kind, region, village, reason, digest, shows) from stdin (format binary)";
    private const string CopyVillages = "copy sync_village_next (batch_id, share, village, digest, households) from stdin (format binary)";

    /// <summary>What was refused before and is the same still stands in this batch's report.</summary>
    private const string StillRefused = """
        insert into sync_line (batch_id, share, code, kind, region, village, reason, digest)
        select $1, region, code, 5, region, village, reason, digest from sync_household where region = any ($2) and state = 1
        on conflict do nothing
        """;

    private const string ForgetRows = "delete from sync_household where code = ''";

    /// <summary>Until it is settled a household that was changed here is looked at by every batch.</summary>
    private const string LookAgain = "update sync_household set state = 2 where code = any ($1) and state = 0";
    private const string Pend = """
        insert into sync_pending (code, region, case_id, batch_id, since, box) values ($1, $2, $3, $4, $5, $6)
        on conflict (code) do update set region = excluded.region, case_id = excluded.case_id, batch_id = excluded.batch_id, box = excluded.box,
            since = case when sync_pending.case_id = excluded.case_id then sync_pending.since else excluded.since end
        """;
    private const string Forget = "delete from sync_batch where started_at < $1 and not running";
    private const string Drop = "delete from sync_pending where code = any ($1)";

    /// <exception cref="OperationCanceledException">Another runner has the batch.</exception>
    public async Task<SyncBatch> RunAsync(SyncBatch batch, SyncPlan plan, ExtractTable table, ExtractKey key, CancellationToken ct)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await using (var save = Command(connection, Save, batch.Id, batch.Run, batch.Stage.ToString()))
        {
            save.Parameters.Add(Json(batch));
            if (await save.ExecuteNonQueryAsync(ct) == 0) throw new OperationCanceledException("Another runner has this synchronisation.");
        }
        await RunAsync(connection, Supersede, ct, (object)plan.Spoken.ToArray());
        await CopySharesAsync(connection, plan.Shares, ct);
        await CopyLinesAsync(connection, batch.Id, plan, table, key, ct);
        await CopyGoneAsync(connection, batch.Id, plan, ct);
        await CopyVillagesAsync(connection, batch.Id, plan, ct);
        if (plan.AllHaveCodes) await RunAsync(connection, ForgetRows, ct);
        await RunAsync(connection, StillRefused, ct, batch.Id, plan.Spoken.ToArray());
        await RunAsync(connection, LookAgain, ct, (object)plan.ChangedHere.ToArray());
        foreach (var pending in plan.Pending)
            await RunAsync(connection, Pend, ct, pending.Code, pending.Region, pending.CaseId, batch.Id, batch.StartedAt.ToUniversalTime(),
                sealer.Seal(new SealPlace(PendingTable, pending.Code, 0), JsonSerializer.SerializeToUtf8Bytes(pending.Changes, WireJson.Options)));
        await RunAsync(connection, Drop, ct, (object)plan.Dropped.ToArray());
        await RunAsync(connection, Forget, ct, batch.StartedAt.ToUniversalTime().AddDays(-options.KeepDays));
        await transaction.CommitAsync(ct);
        return batch;
    }

    private static async Task CopySharesAsync(NpgsqlConnection connection, IReadOnlyList<SyncShare> shares, CancellationToken ct)
    {
        await using var copy = await connection.BeginBinaryImportAsync(CopyShares, ct);
        foreach (var share in shares)
        {
            await copy.StartRowAsync(ct);
            await copy.WriteAsync(share.Batch, ct);
            await copy.WriteAsync(share.Region, ct);
            await copy.WriteAsync(share.Stage.ToString(), ct);
            if (share.Import is { } import) await copy.WriteAsync(import, ct);
            else await copy.WriteNullAsync(ct);
            await copy.WriteAsync(JsonSerializer.Serialize(share, WireJson.Options), NpgsqlDbType.Jsonb, ct);
        }
        await copy.CompleteAsync(ct);
    }

    private static async Task CopyLinesAsync(NpgsqlConnection connection, Guid batch, SyncPlan plan, ExtractTable table, ExtractKey key, CancellationToken ct)
    {
        await using var copy = await connection.BeginBinaryImportAsync(CopyLines, ct);
        foreach (var slot in plan.Planned)
        {
            var kind = table.KindAt(slot);
            await copy.StartRowAsync(ct);
            await copy.WriteAsync(batch, ct);
            await copy.WriteAsync(plan.Shares[table.ShareAt(slot)].Region, ct);
            await copy.WriteAsync(table.TextAt(slot), ct);
            await copy.WriteAsync((short)kind, ct);
            await copy.WriteAsync(plan.RegionOf(slot), ct);
            await copy.WriteAsync(plan.VillageOf(slot), ct);
            await WriteOrNullAsync(copy, kind == SyncLineKind.Conflicting ? SyncErrors.InProcedure.Code : null, ct);
            await copy.WriteAsync(key.Digest(table.CodeAt(slot), table.SumAt(slot)), ct);
            await copy.WriteAsync(table.ShowsAt(slot), ct);
        }
        await copy.CompleteAsync(ct);
    }

    private static async Task CopyGoneAsync(NpgsqlConnection connection, Guid batch, SyncPlan plan, CancellationToken ct)
    {
        await using var copy = await connection.BeginBinaryImportAsync(CopyLines, ct);
        foreach (var gone in plan.Gone)
        {
            await copy.StartRowAsync(ct);
            await copy.WriteAsync(batch, ct);
            await copy.WriteAsync(gone.Region, ct);
            await copy.WriteAsync(gone.Code, ct);
            await copy.WriteAsync((short)SyncLineKind.Disappeared, ct);
            await copy.WriteAsync(gone.Region, ct);
            await copy.WriteAsync(gone.Village, ct);
            await copy.WriteNullAsync(ct);
            await copy.WriteNullAsync(ct);
            await copy.WriteAsync(false, ct);
        }
        await copy.CompleteAsync(ct);
    }

    private static async Task CopyVillagesAsync(NpgsqlConnection connection, Guid batch, SyncPlan plan, CancellationToken ct)
    {
        await using var copy = await connection.BeginBinaryImportAsync(CopyVillages, ct);
        foreach (var village in plan.Villages)
        {
            await copy.StartRowAsync(ct);
            await copy.WriteAsync(batch, ct);
            await copy.WriteAsync(village.Share, ct);
            await copy.WriteAsync(village.Village, ct);
            await WriteOrNullAsync(copy, village.Digest, ct);
            await copy.WriteAsync(village.Households, ct);
        }
        await copy.CompleteAsync(ct);
    }

    private static Task WriteOrNullAsync<T>(NpgsqlBinaryImporter copy, T? value, CancellationToken ct) where T : class =>
        value is null ? copy.WriteNullAsync(ct) : copy.WriteAsync(value, ct);

    private static async Task RunAsync(NpgsqlConnection connection, string sql, CancellationToken ct, params object[] values)
    {
        await using var command = Command(connection, sql, values);
        await command.ExecuteNonQueryAsync(ct);
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, params object[] values)
    {
        var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        foreach (var value in values) command.Parameters.Add(new() { Value = value });
        return command;
    }

    internal static NpgsqlParameter Json<T>(T value) => new() { Value = JsonSerializer.Serialize(value, WireJson.Options), NpgsqlDbType = NpgsqlDbType.Jsonb };
}
