using System.Diagnostics;
using FangFanPin.Contracts;
using FangFanPin.Contracts.Cases;
using FangFanPin.Domain.Cases;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Records;
using FangFanPin.Domain.Regions;
using FangFanPin.Storage.Cases;
using FangFanPin.Tests.Bench.Host;
using FangFanPin.Tests.Bench.Write;
using FangFanPin.Tests.Shared;
using Npgsql;

namespace FangFanPin.Tests.Bench.Cases;

/// <summary>
/// 64 officers who act on cases through their grains, each with the version that they saw, against one-row updates of as many bytes straight to the
/// same database; and what the due shards ask when a hundred thousand cases are open. Rounds of both alternate.
/// </summary>
internal static class CasesBench
{
    private const int Officers = 64, PerOfficer = 24, Open = 100_000, Real = 20_000, Rounds = 3, Openers = 256;
    private const int WarmUpActions = 15_000, WarmUpSecondsMost = 45;

    /// <summary>The rest are copies of rows under other ids, due next year: the due table reads them like any others, and nobody opens their documents.</summary>
    private const string CopySql = """
        insert into case_file (id, version, write_id, document, kind, step, is_open, village, household, subject, head_name, source, handler_level, due_on, check_at, escalation,
            opened_at, opened_by, step_since, total_due_on, changed_version, changed_at)
        select md5(c.id || n), c.version, c.write_id, c.document, c.kind, c.step, c.is_open, c.village, c.household, 'id/' || md5(c.id || n), c.head_name, c.source, c.handler_level,
            c.due_on + 300, c.check_at + interval '300 days', 0, c.opened_at, c.opened_by, c.step_since, c.total_due_on, c.changed_version, c.changed_at
        from case_file c cross join generate_series(1, 4) n where c.is_open
        """;

    private static readonly Judge More = new() { Result = "3", Opinion = "请补充住院材料" };

    public static async Task RunAsync(BenchOptions options)
    {
        var clock = new ShiftedClock();
        await using var host = await BenchHost.StartAsync(options, clock);
        string[] villages = [.. host.Tree.VillagesBelow(RegionCode.Parse("411400000000")).Select(v => v.Code.ToString())];
        var watch = Stopwatch.StartNew();
        var desks = await Task.WhenAll(Enumerable.Range(0, Officers).Select(o => DeskAsync(host, o, villages)));
        Report.Value("cases.opened_per_s", Officers * PerOfficer / watch.Elapsed.TotalSeconds);
        await using var rows = await PlainRows.PrepareAsync(host, Officers * PerOfficer, "case_file");
        Report.Value("cases.row_bytes", rows.RowBytes);
        await ActionsAsync(options.Seconds ?? 6, desks, rows);
        await DueAsync(host, clock, villages);
    }

    private static async Task ActionsAsync(int seconds, CaseSeat[][] desks, PlainRows rows)
    {
        await ActAsync(desks, WarmUpSecondsMost, WarmUpActions);
        await rows.UpdateAsync(Officers, 1);
        var (cases, plain) = (new List<WriteBench.Outcome>(), new List<WriteBench.Outcome>());
        using var batches = new BatchSizes();
        for (var round = 0; round < Rounds; round++)
        {
            plain.Add(await rows.UpdateAsync(Officers, seconds));
            cases.Add(await ActAsync(desks, seconds, BenchOptions.RequestsMax));
            Report.Progress($"round {round + 1}: cases {cases[^1].PerSecond:0}/s, postgres {plain[^1].PerSecond:0}/s");
        }
        var perSecond = Report.Rounds("cases.actions_per_s", [.. cases.Select(o => o.PerSecond)]);
        var pgPerSecond = Report.Rounds("cases.pg_per_s", [.. plain.Select(o => o.PerSecond)]);
        Report.Value("cases.vs_pg", perSecond / pgPerSecond);
        Report.Value("cases.p50_ms", Report.Median(cases.Select(o => o.Quantile(0.5))));
        Report.Value("cases.p99_ms", Report.Median(cases.Select(o => o.Quantile(0.99))));
        Report.Value("cases.pg_p99_ms", Report.Median(plain.Select(o => o.Quantile(0.99))));
        Report.Value("cases.cpu_ms_per_action", Report.Median(cases.Select(o => o.CpuSeconds * 1000 / o.Count)));
        Report.Value("cases.batch_rows", batches.Mean);
    }

    /// <summary>受理 → 核实(退回补正)→ 补正 and round again: every one a step with its deadline, its history and its audit line.</summary>
    private static Task<WriteBench.Outcome> ActAsync(CaseSeat[][] desks, int seconds, int most) => WriteBench.Outcome.MeasureAsync(Officers, seconds, most, async (officer, random) =>
    {
        var seat = desks[officer][random.Next(PerOfficer)];
        CaseChange change = seat.Step switch { CaseSteps.Waiting => new Accept(), CaseSteps.Verifying => More, _ => new Resubmit() };
        await seat.ActAsync(change);
    });

    /// <summary>What a round of all 64 shards costs when nothing is due, and how many cases a second are looked after when everything is.</summary>
    private static async Task DueAsync(BenchHost host, ShiftedClock clock, string[] villages)
    {
        var watch = Stopwatch.StartNew();
        await Parallel.ForEachAsync(Enumerable.Range(Officers * PerOfficer, Real - (Officers * PerOfficer)), new ParallelOptions { MaxDegreeOfParallelism = Openers },
            async (number, _) => await CaseSeat.DeclaredAsync(host, number, villages[number % villages.Length]));
        Report.Value("cases.declared_per_s", (Real - (Officers * PerOfficer)) / watch.Elapsed.TotalSeconds);
        await host.AskAsync(CopySql);
        await host.AskAsync("vacuum analyze case_file");
        Report.Value("cases.open", Convert.ToDouble(await host.AskAsync("select count(*) from case_file where is_open")));
        await using var database = NpgsqlDataSource.Create(host.Connection);
        var lookups = new CaseLookups(database, host.Sealer);
        Report.Rounds("cases.due_scan_ms", await TimesAsync(5, () => ScanAsync(lookups, clock.GetUtcNow())));
        Report.Rounds("cases.pg_scan_ms", await TimesAsync(5, () => host.AskAsync("select count(*) from case_file where is_open and check_at <= now()")));
        Report.Rounds("cases.due_scan_all_due_ms", await TimesAsync(3, () => ScanAsync(lookups, clock.GetUtcNow().AddDays(400))));
        clock.Forward(TimeSpan.FromDays(3));
        watch.Restart();
        var looked = 0;
        for (var shard = 0; shard < 4; shard++)
            for (int some; (some = await host.Grains.GetGrain<ICaseShardGrain>(ICaseShardGrain.KeyOf(shard)).WorkOffAsync()) > 0;) looked += some;
        Report.Value("cases.looked_after_per_s", looked / watch.Elapsed.TotalSeconds);
    }

    private static async Task ScanAsync(CaseLookups lookups, DateTimeOffset now)
    {
        for (var shard = 0; shard < ICaseShardGrain.Shards; shard++) await lookups.DueAsync(now, shard, 512);
    }

    private static async Task<List<double>> TimesAsync(int times, Func<Task> act)
    {
        await act();
        var all = new List<double>();
        for (var i = 0; i < times; i++)
        {
            var watch = Stopwatch.StartNew();
            await act();
            all.Add(watch.Elapsed.TotalMilliseconds);
        }
        return all;
    }

    private static async Task<CaseSeat[]> DeskAsync(BenchHost host, int officer, string[] villages)
    {
        var seats = new List<CaseSeat>();
        for (var i = 0; i < PerOfficer; i++) seats.Add(await CaseSeat.DeclaredAsync(host, (officer * PerOfficer) + i, villages[officer]));
        return [.. seats];
    }
}

/// <summary>One case before one officer, with the version and step that they see.</summary>
internal sealed class CaseSeat(ICaseGrain grain, CaseActor officer)
{
    private long version = 1;

    public string Step { get; private set; } = CaseSteps.Waiting;

    public static async Task<CaseSeat> DeclaredAsync(BenchHost host, int number, string village)
    {
        var grain = host.Grains.Case(CaseKey.Of(Guid.NewGuid()));
        var first17 = $"4114{24 + (number / 1_000_000):D2}{1940 + (number / 1000 % 60)}0101{number % 1000:D3}";
        first17 = first17[..12] + $"{1 + (number / 60_000 % 28):D2}" + first17[14..];
        var declare = new Declare
        {
            Village = village, QueryCode = Guid.NewGuid().ToString("N")[..12].ToUpperInvariant(),
            Declaration = new SelfDeclaration
            {
                ApplicantName = $"农户{number}", ApplicantIdNumber = first17 + Certificates.CheckDigit(first17), ApplicantPhone = $"139{number:D8}", Address = "东组12号", MemberCount = 3,
                ProblemTypes = ["01", "08"], ProblemText = "家中老人住院,支出很大。", Authorized = true,
            },
        };
        var answer = await grain.ExecuteAsync(new CaseCommand { CommandId = Guid.NewGuid(), Actor = CaseActor.Applicant(village), Change = declare });
        if (answer.Errors.Count > 0) throw new InvalidOperationException($"{number}: {answer.Errors[0].Code}");
        return new CaseSeat(grain, CaseActor.Officer(new Actor($"u{village}", "信息员", "informant", village)));
    }

    public async Task ActAsync(CaseChange change)
    {
        var answer = await grain.ExecuteAsync(new CaseCommand { CommandId = Guid.NewGuid(), ExpectedVersion = version, Actor = officer, Change = change });
        if (answer.Errors.Count > 0) throw new InvalidOperationException(answer.Errors[0].Code);
        (version, Step) = (answer.Version, answer.Step!);
    }
}
