using FangFanPin.Storage.Records;
using Npgsql;
using NpgsqlTypes;

namespace FangFanPin.Storage.Households;

public sealed partial class HouseholdMapping
{
    /// <summary>
    /// For rows whose lists, figures and members stay as they are known to stand one version below: the version alone is compared, nothing is owed, and half
    /// of the columns, their trigger and their members are left alone. The hash of the document before is known with the version. As in <see cref="SaveSql"/>
    /// history and audit are taken from what was written. The rows come sorted by key and are few beside the table, so that they are locked in that order.
    /// Answers null when all were written, else which.
    /// </summary>
    private const string SaveQuietSql = """
        with saved as (
            update household h set version = i.version, write_id = i.write_id, document = i.document, head_cert_index = i.head_cert_index,
                document_hash = i.document_hash, changed_version = i.version, changed_at = i.at, changed_by = i.actor
            from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
                as i (code, version, write_id, document, head_cert_index, phone_index, phone_moved, at, actor, kind, command_id, change, trace_id, content_hash, role, document_hash, change_hash, before_hash)
            where h.code = i.code and h.version = i.version - 1
            returning i.code, i.version, i.at, i.actor, i.kind, i.command_id, i.change, i.trace_id, i.content_hash, i.role, i.before_hash, i.document_hash, i.change_hash, i.phone_index, i.phone_moved
        ), phoned as (
            insert into household_phone as p (code, phone_index) select code, phone_index from saved where phone_moved
            on conflict (code) do update set phone_index = excluded.phone_index where p.phone_index is distinct from excluded.phone_index
        ), history as (
            insert into household_history (code, version, at, actor, kind, command_id, document, content_hash, document_hash)
            select code, version, at, actor, kind, command_id, change, content_hash, change_hash from saved
        ), audited as (
            insert into audit (at, actor, action, object, result, trace_id, role, before_hash, after_hash)
            select at, actor, 'household.' || kind, code, 'done', coalesce(trace_id, ''), role, before_hash, document_hash from saved
        )
        select case when count(*) < cardinality($1) then coalesce(array_agg(code), '{}') end from saved
        """;

    private static NpgsqlBatchCommand Quiet(IReadOnlyList<HouseholdRow> rows) => new NpgsqlBatchCommand(SaveQuietSql)
        .WithColumn(rows, NpgsqlDbType.Text, r => r.Key)
        .WithColumn(rows, NpgsqlDbType.Bigint, r => r.Version)
        .WithColumn(rows, NpgsqlDbType.Uuid, r => r.WriteId)
        .WithColumn(rows, NpgsqlDbType.Bytea, r => r.Document)
        .WithColumn(rows, NpgsqlDbType.Bytea, r => r.HeadCertIndex)
        .WithColumn(rows, NpgsqlDbType.Bytea, r => r.PhoneIndex)
        .WithColumn(rows, NpgsqlDbType.Boolean, r => r.PhoneMoved)
        .WithColumn(rows, NpgsqlDbType.TimestampTz, r => r.Change!.At.ToUniversalTime())
        .WithColumn(rows, NpgsqlDbType.Text, r => r.Change!.Actor.Account)
        .WithColumn(rows, NpgsqlDbType.Text, r => r.Change!.Kind)
        .WithColumn(rows, NpgsqlDbType.Uuid, r => r.Change!.CommandId)
        .WithColumn(rows, NpgsqlDbType.Bytea, r => r.ChangeDocument)
        .WithColumn(rows, NpgsqlDbType.Text, r => r.TraceId)
        .WithColumn(rows, NpgsqlDbType.Bytea, r => ContentHash.Bytes(r.Change!.Content))
        .WithColumn(rows, NpgsqlDbType.Text, r => r.Change!.Actor.Role)
        .WithColumn(rows, NpgsqlDbType.Bytea, r => r.DocumentHash)
        .WithColumn(rows, NpgsqlDbType.Bytea, r => r.ChangeHash)
        .WithColumn(rows, NpgsqlDbType.Bytea, r => r.HashBefore);
}
