using FangFanPin.Domain.Exports;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Imports;
using FangFanPin.Domain.Sync;
using FangFanPin.Domain.Warnings;
using FangFanPin.Storage.Exports;
using FangFanPin.Storage.Imports;
using FangFanPin.Storage.Sealing;
using FangFanPin.Storage.Sync;
using FangFanPin.Storage.Warnings;
using FangFanPin.Tests.Postgres.Households;
using FangFanPin.Tests.Shared;
using Npgsql;
using Xunit;

namespace FangFanPin.Tests.Postgres.Lists;

/// <summary>Beside the plain households: cases, visits, jobs, accounts and what they consist of, as many as a province has after some years.</summary>
public sealed class FilledLists(PostgresCluster cluster) : IAsyncLifetime
{
    public const string Region = "410000000000";

    /// <summary>As many households need a plan of measures, and have one, as in the whole province.</summary>
    public const int Monitored = 60_000;

    private static readonly string Fill = $"""
        update household set monitor_category = '1', risk_eliminated = '0' where code in (select code from household order by hashtext(code) limit {Monitored});
        insert into case_file (id, version, write_id, document, kind, step, is_open, village, household, subject, head_name, source, handler_level, due_on, check_at,
            opened_at, opened_by, step_since, closed_at, changed_version, changed_at)
        select 'case/' || md5(code || n), 2, gen_random_uuid(), decode(repeat(md5(code), 40), 'hex'), case n when 1 then 'measures' else 'visit' end,
            case n when 1 then 'measures-carry' when 2 then 'visit-done' else 'waiting' end, n <> 2, village, code, case n when 1 then 'plan/' || code end, head_name, 'system', case when n <> 2 then 3 end,
            case when n <> 2 then date '2026-11-26' + (hashtext(code || n) & 63) - 20 end, now() + interval '1 day', now() - (hashtext(code) & 255) * interval '1 day', 'u' || (hashtext(code) & 1023),
            now() - interval '10 days', case when n = 2 then now() - (hashtext(code) & 255) * interval '1 day' end, 2, now() - (hashtext(code) & 255) * interval '1 day'
        from household, generate_series(1, 3) as n where monitor_category is not null and (n = 1 or hashtext(code) & 7 < 4 - n);
        insert into case_history (id, version, at, actor, action, kind, from_step, to_step, village, level, since, on_time, late, command_id, document)
        select id, v, changed_at, 'u' || (hashtext(id) & 1023), 'open', kind, 'a', step, village, 3, opened_at, v = 2, false, gen_random_uuid(), '\x00' from case_file, generate_series(2, 2) as v;
        insert into visit (id, household, village, visit_type, visited_at, received_at, actor, risk_found, document)
        select gen_random_uuid(), code, village, '1', now() - (hashtext(code) & 127) * interval '1 day', now(), 'u1', false, '\x00' from household where hashtext(code) & 3 = 0;
        insert into import_job (id, region, created_at, created_by, stage, job) select i, region, created_at - n * interval '1 minute', created_by, 'Done', job || jsonb_build_object('Id', i) from (select *, gen_random_uuid() as i from import_job, generate_series(1, 20000) as n) j;
        insert into export_job (id, account, region, created_at, stage, asked, job)
        select gen_random_uuid(), 'u' || (n & 1023), region, created_at - n * interval '1 minute', 'Done', asked, job from export_job, generate_series(1, 50000) as n;
        insert into warning_batch (id, region, created_at, running, batch) select gen_random_uuid(), region, created_at - n * interval '1 minute', false, batch from warning_batch, generate_series(1, 20000) as n;
        insert into warning_row (batch_id, row, outcome, region) select id, n, n % 6, region from (select * from warning_batch order by created_at desc limit 300) b, generate_series(1, 400) as n;
        insert into sync_batch (id, started_at, trigger, stage, running, batch) select gen_random_uuid(), started_at - n * interval '7 days', trigger, stage, false, batch from sync_batch, generate_series(1, 5000) as n;
        update sync_batch set running = false;
        insert into sync_line (batch_id, share, code, kind, region, village)
        select (select id from sync_batch order by started_at desc limit 1), rpad(substr(village, 1, 6), 12, '0'), code, 1 + (hashtext(code) & 3), rpad(substr(village, 1, 6), 12, '0'), village from household where hashtext(code) & 12 = 0;
        insert into import_error (import_id, run, source, row, number, code, box) select id, 1, 1, n, n, 'x', '\x00' from (select * from import_job limit 100) j, generate_series(1, 1000) as n;
        insert into accounts (name, password_hash, display_name, roles, region) select 'u' || n, '', '某人', array['viewer'], 410000000000 from generate_series(1, 20000) as n;
        insert into login_session (id, account, stamp, created_at, seen_at, ends_at, address, device)
        select gen_random_uuid(), name, stamp, now() - n * interval '1 hour', now(), now() + interval '1 day', '', '' from accounts, generate_series(1, 2) as n;
        insert into audit (at, actor, action, object, result, trace_id) select now() - n * interval '1 minute', 'u' || n % 500, 'household.amend', n::text, 'done', '' from generate_series(1, 50000) as n;
        insert into household_history (code, version, at, actor, kind, command_id, document)
        select code, n, now() - n * interval '1 day', 'u1', 'amend', gen_random_uuid(), '\x00' from (select code from household order by code limit 20000) h, generate_series(2, 3) as n;
        insert into audit_subject (subject, audit_id) select object, id from audit;
        """;

    public PlainDatabase Plain { get; } = new(cluster);
    public static RingSealer Sealer { get; } = new(KeyRing.Random());

    /// <summary>Every table of the features that have lists.</summary>
    public static readonly string[] Large =
    [
        "household", "household_member", "household_history", "household_risk", "audit", "audit_subject", "case_file", "case_history", "visit", "import_job", "import_error", "export_job",
        "warning_batch", "warning_row", "sync_batch", "sync_line", "accounts", "login_session",
    ];

    public async ValueTask InitializeAsync()
    {
        await Plain.InitializeAsync();
        var (now, source) = (DateTimeOffset.UtcNow, Plain.Source);
        await new ImportJobStore(source).CreateAsync(new() { Id = Guid.NewGuid(), Region = Region, Actor = Actor.System, CreatedAt = now }, default);
        await new WarningBatchStore(source, Sealer).CreateAsync(new() { Id = Guid.NewGuid(), Region = Region, Actor = Actor.System, CreatedAt = now, FileName = "x" }, AsyncEnumerable.Empty<WarningRow>(), default);
        await new SyncBatchStore(source, Sealer).BeginAsync(new() { Id = Guid.NewGuid(), Trigger = default, Actor = Actor.System, StartedAt = now }, default);
        var asked = new ExportRequest { Kind = ExportKind.Persons, Query = new() { Household = new() { Region = FangFanPin.Domain.Regions.RegionCode.Parse(Region) } } };
        await new ExportJobStore(source, Sealer).CreateAsync(new() { Id = Guid.NewGuid(), Account = "u1", Region = Region, Kind = ExportKind.Persons, CreatedAt = now, TraceId = "" }, asked, 5, default);
        var patient = new NpgsqlConnectionStringBuilder(Plain.Admin) { CommandTimeout = 300 }.ToString();
        await PostgresCluster.ExecuteAsync(patient, Fill);
        foreach (var table in Large) await PostgresCluster.ExecuteAsync(patient, $"vacuum analyze {table}");
    }

    public ValueTask DisposeAsync() => Plain.DisposeAsync();
}
