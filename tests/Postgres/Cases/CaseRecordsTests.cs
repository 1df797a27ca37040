using FangFanPin.Contracts.Storage;
using FangFanPin.Domain.Cases;
using FangFanPin.Domain.Households;
using FangFanPin.Storage.Cases;
using FangFanPin.Tests.Postgres.Records;
using FangFanPin.Tests.Shared;
using Orleans;
using Orleans.Runtime;
using Orleans.Storage;
using Xunit;

namespace FangFanPin.Tests.Postgres.Cases;

/// <summary>How cases stand in their tables: one row, its history, its audit line and its files, together or not at all.</summary>
public sealed class CaseRecordsTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>, IAsyncDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 3, 2, 1, 0, 0, TimeSpan.Zero);
    private readonly RecordsUnderTest records = new(database.ConnectionString);
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => records.DisposeAsync();

    private static string NewId() => Guid.NewGuid().ToString("N");

    private static CaseState Opened(string id, int person, params Guid[] files) => new()
    {
        File = new CaseFile
        {
            Id = id, Kind = CaseKinds.Recognition, Step = CaseSteps.Waiting, StepSince = Now, Village = SampleHouseholds.Village, HeadName = "王甲", RiskSource = "1",
            ClueFoundOn = new DateOnly(2026, 3, 2), CountedFrom = new DateOnly(2026, 3, 2), OpenedAt = Now, OpenedBy = "applicant", QueryCode = id[..12].ToUpperInvariant(),
            Deadline = CaseDeadline.In(new DateOnly(2026, 3, 2), 1),
            Declaration = new SelfDeclaration
            {
                ApplicantName = "王甲", ApplicantIdNumber = SampleHouseholds.Certificate(person), ApplicantPhone = SampleHouseholds.Phone(person), Address = "东组", MemberCount = 2,
                ProblemTypes = ["01"], ProblemText = "住院", Authorized = true, Attachments = [.. files],
            },
        },
        Last = Entry(1, CaseActions.Declare, null, CaseSteps.Waiting) with { Attachments = [.. files] },
    };

    private static CaseTransition Entry(long version, string action, string? from, string to) => new()
    {
        Version = version, CommandId = Guid.NewGuid(), Action = action, From = from, To = to, Actor = new Actor("wang", "王信息员", "editor", SampleHouseholds.Village),
        Party = CaseParty.Officer, At = Now.AddHours(version), DueOn = from is null ? null : new DateOnly(2026, 3, 3), Since = from is null ? null : Now,
    };

    private async Task<GrainState<CaseState>> WriteAsync(string id, CaseState value, GrainState<CaseState>? held = null)
    {
        held ??= new GrainState<CaseState>();
        held.State = value;
        await records.Storage.WriteStateAsync("case", GrainId.Create("case", "case/" + id), held);
        return held;
    }

    [Fact]
    public async Task What_was_written_is_read_back_with_its_history_and_nothing_personal_lies_open()
    {
        var id = NewId();
        var held = await WriteAsync(id, Opened(id, 1));
        var accepted = held.State! with { File = held.State!.File! with { Step = CaseSteps.Verifying, Opened = true }, Last = Entry(2, CaseActions.Accept, CaseSteps.Waiting, CaseSteps.Verifying) };
        await WriteAsync(id, accepted, held);
        await WriteAsync(id, accepted with { File = accepted.File! with { Owed = [] } }, held); // a debt paid: a version without an entry
        var reader = new CaseReader(records.Source, records.Sealer);
        var found = (await reader.FindByQueryCodeAsync(id[..12].ToUpperInvariant(), Ct))!;
        Assert.Equal((id, 2L, CaseSteps.Verifying, SampleHouseholds.Certificate(1)), (found.Id, found.Version, found.File.Step, found.File.Declaration!.ApplicantIdNumber));
        Assert.Equal([CaseActions.Declare, CaseActions.Accept], (await reader.HistoryAsync(id, Ct)).Select(h => h.Action));
        Assert.Equal(["10|20|True"], await records.RowsAsync($"select from_step, to_step, on_time from case_history where id = '{id}' and on_time is not null"));
        Assert.Equal(["case.accept", "case.declare"], await records.RowsAsync($"select action from audit where object = '{id}' order by 1"));
        Assert.Equal(["0"], await records.RowsAsync($"select count(*) from case_file c join case_history h using (id) where c.id = '{id}' and (c::text || h::text) like '%{SampleHouseholds.Certificate(1)}%'"));
    }

    [Fact]
    public async Task A_second_open_procedure_is_refused_alone_and_its_batch_mates_are_written()
    {
        var first = NewId();
        var held = await WriteAsync(first, Opened(first, 2));
        var ids = Enumerable.Range(0, 20).Select(_ => NewId()).ToList();
        var writes = ids.Select((id, i) => WriteAsync(id, Opened(id, i == 7 ? 2 : 100 + i))).ToList();
        for (var i = 0; i < writes.Count; i++)
            if (i == 7) await Assert.ThrowsAsync<StoreRefusedException>(() => writes[7]);
            else await writes[i];
        Assert.Equal(first, await new CaseLookups(records.Source, records.Sealer).OpenOfSameSubjectAsync(Opened(ids[7], 2).File!, Ct));
        await WriteAsync(first, held.State! with { File = held.State!.File! with { Step = CaseSteps.Refused, Deadline = null, ClosedAt = Now }, Last = Entry(2, CaseActions.Reject, CaseSteps.Waiting, CaseSteps.Refused) }, held);
        await WriteAsync(ids[7], Opened(ids[7], 2));
    }

    [Fact]
    public async Task A_stale_version_leaves_neither_history_nor_files()
    {
        var (id, file) = (NewId(), Guid.NewGuid());
        var attachments = new CaseAttachmentStore(records.Source, records.Sealer);
        await attachments.StoreAsync(new CaseAttachment(file, null, "a.jpg", "image/jpeg", 3, "wang", Now), [1, 2, 3], Ct);
        var held = await WriteAsync(id, Opened(id, 3));
        var stale = new GrainState<CaseState>(held.State!) { ETag = held.ETag, RecordExists = true };
        await WriteAsync(id, held.State! with { Last = Entry(2, CaseActions.Look, CaseSteps.Waiting, CaseSteps.Waiting) }, held);
        await Assert.ThrowsAsync<InconsistentStateException>(() => WriteAsync(id, stale.State! with { Last = Entry(2, CaseActions.Urge, CaseSteps.Waiting, CaseSteps.Waiting) with { Attachments = [file] } }, stale));
        Assert.Equal(["declare", "look"], await records.RowsAsync($"select action from case_history where id = '{id}' order by version"));
        Assert.Empty(await attachments.OfCaseAsync(id, Ct));
        Assert.True(await attachments.UsableAsync([file], id, "wang", Ct));
        Assert.False(await attachments.UsableAsync([file], id, "somebody", Ct));
        await WriteAsync(id, held.State! with { Last = Entry(3, CaseActions.AttachClue, CaseSteps.Waiting, CaseSteps.Waiting) with { Attachments = [file] } }, held);
        Assert.Equal([1, 2, 3], (await attachments.OpenAsync(id, file, Ct))!.Value.Content);
        Assert.False(await attachments.UsableAsync([file], NewId(), "wang", Ct));
    }

    [Fact]
    public async Task The_due_table_gives_every_due_case_to_exactly_one_shard()
    {
        var ids = Enumerable.Range(0, 40).Select(_ => NewId()).ToList();
        for (var i = 0; i < ids.Count; i++) await WriteAsync(ids[i], Opened(ids[i], 200 + i));
        var lookups = new CaseLookups(records.Source, records.Sealer);
        var found = new List<string>();
        for (var shard = 0; shard < 64; shard++) found.AddRange(await lookups.DueAsync(Now.AddDays(5), shard, 1000, Ct));
        Assert.Equal(ids.Order(), found.Intersect(ids).Order());
        Assert.Equal(found.Count, found.Distinct().Count());
    }
}
