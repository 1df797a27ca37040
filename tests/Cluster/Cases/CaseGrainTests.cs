using FangFanPin.Contracts.Cases;
using FangFanPin.Contracts.Regions;
using FangFanPin.Domain;
using FangFanPin.Domain.Cases;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Regions;
using FangFanPin.Tests.Cluster.Shared;
using Microsoft.Extensions.DependencyInjection;
using Orleans;
using Orleans.Runtime;
using Xunit;

namespace FangFanPin.Tests.Cluster.Cases;

/// <summary>Cases on two silos: races, debts, the due table, time that jumps.</summary>
public sealed class CaseGrainTests(TwoServers servers) : IClassFixture<TwoServers>
{
    private const string Village = "411424001201", Town = "411424001000", County = "411424000000";
    private static int last = Random.Shared.Next(1, 500_000);

    private static readonly Judge Fitting = new()
    {
        Result = "1", Visitors = ["甲", "乙"], AuthorizationSigned = true, Opinion = "符合", Fields = FieldTexts.Of(("MonitorCategory", "3"), ("RiskType1", "01")),
    };

    private static string Certificate() => FangFanPin.Tests.Shared.SampleHouseholds.Certificate(Interlocked.Increment(ref last));

    private static Declare Declaration(string certificate, string village = Village) => new()
    {
        Village = village, QueryCode = Guid.NewGuid().ToString("N")[..12].ToUpperInvariant(),
        Declaration = new SelfDeclaration
        {
            ApplicantName = "王甲", ApplicantIdNumber = certificate, ApplicantPhone = "13900001234", Address = "东组", MemberCount = 3, ProblemTypes = ["01"], ProblemText = "住院", Authorized = true,
        },
    };

    private ICaseGrain Case(string id) => servers.Grains.GetGrain<ICaseGrain>(CaseKey.Of(id).ToString());

    private static CaseActor Officer(string region) => CaseActor.Officer(new Actor("u" + region, "测试", "editor", region));

    private Task<CaseAnswer> SendAsync(string id, CaseChange change, CaseActor actor, Guid? command = null) =>
        Case(id).ExecuteAsync(new CaseCommand { CommandId = command ?? Guid.NewGuid(), Actor = actor, Change = change });

    private async Task MustAsync(string id, CaseChange change, string region)
    {
        var answer = await SendAsync(id, change, Officer(region));
        Assert.True(answer.Errors.Count == 0, $"{change.GetType().Name}: {answer.Errors.FirstOrDefault()}");
    }

    private async Task<string> DeclaredAsync(string? certificate = null, string village = Village)
    {
        var id = Guid.NewGuid().ToString("N");
        var answer = await SendAsync(id, Declaration(certificate ?? Certificate(), village), CaseActor.Applicant(village));
        Assert.Empty(answer.Errors);
        return id;
    }

    private async Task<string> AtCountyAsync(string? certificate = null)
    {
        var id = await DeclaredAsync(certificate);
        await MustAsync(id, new Accept(), Village);
        await MustAsync(id, Fitting, Village);
        await MustAsync(id, new StartPublicity { ReviewedOn = ChinaTime.DayOf(servers.Clock.GetUtcNow()), ReviewAttendance = 5 }, Village);
        servers.Clock.Forward(TimeSpan.FromDays(5));
        await MustAsync(id, new EndPublicity(), Village);
        await MustAsync(id, new Approve(), Town);
        return id;
    }

    private async Task WorkOffAsync()
    {
        foreach (var chunk in Enumerable.Range(0, ICaseShardGrain.Shards).Chunk(16))
            await Task.WhenAll(chunk.Select(s => servers.Grains.GetGrain<ICaseShardGrain>(ICaseShardGrain.KeyOf(s)).WorkOffAsync()));
    }

    private Task<long> HistoryAsync(string id, string where = "true") => servers.CountAsync($"select count(*) from case_history where id = '{id}' and {where}");

    [Fact]
    public async Task Of_many_declarations_of_one_person_at_once_exactly_one_is_opened_and_the_others_are_shown_it()
    {
        var certificate = Certificate();
        var ids = Enumerable.Range(0, 24).Select(_ => Guid.NewGuid().ToString("N")).ToList();
        var answers = await Task.WhenAll(ids.Select(id => SendAsync(id, Declaration(certificate), CaseActor.Applicant(Village))));
        var opened = ids.Where((_, i) => answers[i].Errors.Count == 0).ToList();
        Assert.Single(opened);
        Assert.All(answers.Where(a => a.Errors.Count > 0), a => Assert.Equal((CaseErrors.AlreadyOpen.Code, opened[0]), (a.Errors[0].Code, a.OpenCase)));
        await SendAsync(opened[0], new Withdraw(), CaseActor.Applicant(Village));
        await DeclaredAsync(certificate);
    }

    [Fact]
    public async Task An_approval_is_booked_once_however_often_it_is_sent_and_whatever_came_before()
    {
        var id = await AtCountyAsync();
        var command = Guid.NewGuid();
        var approve = new Approve { DeptCompareText = "无异常" };
        var answers = new[] { await SendAsync(id, approve, Officer(County), command), await SendAsync(id, approve, Officer(County), command) };
        Assert.All(answers, a => Assert.Equal(("60", 0), (a.Step, a.Errors.Count)));
        var file = (await Case(id).GetAsync())!.File;
        Assert.Empty(file.Owed);
        var household = (await servers.Household(file.HouseholdCode!).GetAsync())!.File;
        Assert.Equal((id, "3", false), (household.Episodes.Single().EpisodeId, household.Household.MonitorCategory, household.Household.Locked));
        await MustAsync(id, new ConfirmNational(), County);
        var declared = await SendAsync(Guid.NewGuid().ToString("N"), Declaration(household.Household.HeadCertNumber!) with { HouseholdCode = file.HouseholdCode }, CaseActor.Applicant(Village));
        Assert.Equal(CaseErrors.EpisodeOpen.Code, declared.Errors.Single().Code);
    }

    [Fact]
    public async Task What_the_household_refuses_comes_back_to_the_county_with_the_reason()
    {
        var code = "T" + Guid.NewGuid().ToString("N")[..20].ToUpperInvariant();
        var register = new RegisterHousehold { Fields = FieldTexts.Of(("AreaCode", Village), ("HeadName", "王甲")), Members = [] };
        Assert.Empty((await servers.Household(code).ExecuteAsync(TwoServers.Command(register))).Errors);
        var id = await DeclaredAsync();
        await MustAsync(id, new Accept(), Village);
        await MustAsync(id, new LinkHousehold { HouseholdCode = code }, Village);
        Assert.True((await servers.Household(code).GetAsync())!.File.Household.Locked);
        await MustAsync(id, Fitting, Village);
        await MustAsync(id, new StartPublicity { ReviewedOn = ChinaTime.DayOf(servers.Clock.GetUtcNow()), ReviewAttendance = 5 }, Village);
        servers.Clock.Forward(TimeSpan.FromDays(5));
        await MustAsync(id, new EndPublicity(), Village);
        await MustAsync(id, new Approve(), Town);
        var far = TwoServers.Command(new MoveHousehold { ToVillage = servers.Tree.VillagesBelow(RegionCode.Parse("411425000000")).First().Code.ToString() });
        Assert.Empty((await servers.Household(code).ExecuteAsync(far)).Errors);
        await SendAsync(id, new Approve { DeptCompareText = "无异常" }, Officer(County));
        var file = (await Case(id).GetAsync())!.File;
        Assert.Equal(CaseSteps.County, file.Step);
        Assert.Equal(1, await HistoryAsync(id, "action = 'booking-refused'"));
        await Case(id).LookAfterAsync();
        Assert.Equal((await servers.Household(code).GetAsync())!.File.Household.AreaCode, (await Case(id).GetAsync())!.File.Village);
    }

    [Fact]
    public async Task A_case_outlives_the_end_of_its_village_and_goes_where_its_people_went()
    {
        var villages = servers.Tree.ChildrenOf(RegionCode.Parse("411424002000")).Take(2).Select(r => r.Code.ToString()).ToArray();
        var id = await DeclaredAsync(village: villages[0]);
        var merged = await servers.Grains.GetGrain<IRegionStructureGrain>(IRegionStructureGrain.Key).ApplyAsync(new RegionChangeCommand
        {
            CommandId = Guid.NewGuid(), Actor = Officer("410000000000").Actor, Change = new RegionChange.Merge(RegionCode.Parse(villages[0]), RegionCode.Parse(villages[1])),
        });
        Assert.Empty(merged.Errors);
        // Silos learn of the new tree within a second or so; the shards find the case again at every tick until then.
        var deadline = DateTime.UtcNow.AddSeconds(60);
        while ((await Case(id).GetAsync())!.File.Village == villages[0])
        {
            Assert.True(DateTime.UtcNow < deadline, "The case still stands in a village that has ended.");
            await WorkOffAsync();
        }
        var view = (await Case(id).GetAsync())!;
        Assert.Equal((villages[1], CaseSteps.Waiting), (view.File.Village, view.File.Step));
        Assert.NotNull(view.File.DueOn);
        await MustAsync(id, new Accept(), villages[1]);
    }

    [Fact]
    public async Task After_an_absence_what_was_missed_is_made_up_for_once_however_often_the_shards_run()
    {
        var id = await DeclaredAsync();
        servers.Clock.Forward(TimeSpan.FromDays(6));
        for (var i = 0; i < 3; i++) await WorkOffAsync();
        Assert.Equal(1, await HistoryAsync(id, "action = 'overdue' and late"));
        Assert.Equal(0, await HistoryAsync(id, "action = 'remind'"));
        Assert.Equal(1, await servers.CountAsync($"select count(*) from case_file where id = '{id}' and escalation > 0 and is_open and check_at > now()"));
    }

    [Fact]
    public async Task In_a_year_of_days_with_the_shards_away_for_some_nothing_is_missed_doubled_or_stuck()
    {
        var ids = new List<string>();
        for (var day = 0; day < 365; day++)
        {
            if (day % 12 == 0 && day < 330) ids.Add(await DeclaredAsync());
            servers.Clock.Forward(TimeSpan.FromDays(1));
            if (day % 17 is not (3 or 4 or 5)) await WorkOffAsync(); // three days in seventeen nobody asks the due table
            foreach (var id in ids.Where((_, i) => i % 2 == 0)) await StepAsync(id, day);
        }
        await WorkOffAsync();
        foreach (var (id, index) in ids.Select((id, index) => (id, index)))
        {
            var file = (await Case(id).GetAsync())!.File;
            Assert.Equal(index % 2 == 1, file.IsOpen); // what nobody touches waits, late and seen; what is handled comes to its end
            if (!file.IsOpen) continue;
            Assert.Equal((CaseSteps.Waiting, CaseClock.EscalationMost), (file.Step, file.Deadline!.Escalation));
        }
        var list = string.Join(',', ids.Select(i => $"'{i}'"));
        // A reminder at most once per step, and an escalation at most once a day.
        Assert.Equal(0, await servers.CountAsync($"select count(*) from (select id, date_trunc('day', at at time zone 'Asia/Shanghai') from case_history where id in ({list}) and action = 'overdue' group by 1, 2 having count(*) > 1) x"));
        Assert.Equal(0, await servers.CountAsync($"select count(*) from (select id, since from case_history where id in ({list}) and action = 'remind' group by 1, 2 having count(*) > 1) x"));
        Assert.True(await servers.CountAsync($"select count(*) from case_history where id in ({list}) and late") > 0);
        // Every approval opened its measures, and they wait for somebody too.
        Assert.Equal(
            await servers.CountAsync($"select count(*) from case_history where id in ({list}) and action = 'approve' and from_step = '50'"),
            await servers.CountAsync($"select count(*) from case_file m join case_file c on c.household = m.household where m.kind = 'measures' and c.id in ({list})"));
        Assert.Equal(0, await servers.CountAsync("select count(*) from case_file where is_open and (due_on is null or check_at is null or handler_level is null)"));
    }

    private async Task StepAsync(string id, int day)
    {
        var file = (await Case(id).GetAsync())!.File;
        (CaseChange Change, string Region)? next = file.Step switch
        {
            CaseSteps.Waiting => (new Accept(), Village),
            CaseSteps.Verifying => (day % 5 == 0 ? new Judge { Result = "2", Opinion = "不符合" } : Fitting, Village),
            CaseSteps.Publicity when file.Review is null => (new StartPublicity { ReviewedOn = ChinaTime.DayOf(servers.Clock.GetUtcNow()), ReviewAttendance = 3 }, Village),
            CaseSteps.Publicity => (new EndPublicity(), Village),
            CaseSteps.Town => (day % 3 == 0 ? new SendBack { To = CaseSteps.Verifying, Opinion = "退" } : new Approve(), Town),
            CaseSteps.County => (new Approve { DeptCompareText = "无异常" }, County),
            CaseSteps.Booked => (new ConfirmNational(), County),
            _ => null,
        };
        if (next is { } step) await SendAsync(id, step.Change, Officer(step.Region));
    }
}
