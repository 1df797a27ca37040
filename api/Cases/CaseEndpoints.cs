using FangFanPin.Api.Households;
using FangFanPin.Api.Shared;
using FangFanPin.Contracts;
using FangFanPin.Contracts.Cases;
using FangFanPin.Domain;
using FangFanPin.Domain.Cases;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Regions;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FangFanPin.Api.Cases;

/// <summary>Reading cases and acting on them, by officers. Personal numbers are masked in every answer.</summary>
public static class CaseEndpoints
{
    private const int LimitMax = 200, BatchMax = 100;

    /// <summary>Actions that need nothing said about the single case.</summary>
    private static readonly HashSet<Type> ForBatch = [typeof(Accept), typeof(Look), typeof(Urge), typeof(EndPublicity), typeof(ConfirmNational), typeof(Approve)];

    private const string ActionText = """
        请求头 Idempotency-Key(GUID)与 If-Match(所看到的版本)必填。请求体例:{"kind":"accept"};
        {"kind":"judge","Result":"1","Visitors":["王某","李某"],"AuthorizationSigned":true,"Opinion":"符合","Fields":{"MonitorCategory":"2","RiskType1":"01"}};
        {"kind":"start-publicity","ReviewedOn":"2026-11-23","ReviewAttendance":5};{"kind":"end-publicity"};{"kind":"approve","DeptCompareText":"比对无异常"};
        {"kind":"return","To":"20","Opinion":"材料不全"};{"kind":"reject","Opinion":"…"};{"kind":"answer-objection","No":1,"Upheld":false,"Opinion":"…"};
        {"kind":"propose-measures","Measures":[{"Fields":{"Category":"10","Item":"1001"}}]};{"kind":"start-measure","MeasureId":"…","StartedOn":"2026-12-01"};
        {"kind":"note-progress","Opinion":"本月进展"};{"kind":"end-measure","MeasureId":"…","Status":"3","EndedOn":"2027-05-31","Opinion":"成效或原因"};
        {"kind":"withdraw"};{"kind":"urge"};{"kind":"look"};{"kind":"attach-clue","RiskSource":"2","Text":"…"}。附件先上传,再以编号列入 Attachments。
        """;

    public static void MapCases(this IEndpointRouteBuilder api)
    {
        var group = api.MapGroup("/cases").WithTags("业务办理");
        group.MapGet("", List).WithSummary("业务列表(查询、未受理、受理未办结、已办结)").Requires(Permission.ReadCases, Area.FromQuery("region"));
        group.MapPost("", OpenAsync).WithSummary("发起业务:走访上报风险、提出风险消除、登记部门预警、代农户申报、制定帮扶措施")
            .WithDescription("""请求头 Idempotency-Key 必填。请求体例:{"kind":"report-risk","HouseholdCode":"5300…","RiskSource":"2","Opinion":"…"};{"kind":"propose-elimination","HouseholdCode":"…","EliminationMode":"1","Opinion":"…"};{"kind":"open-measures","HouseholdCode":"…"}。该户已有在办业务时,上报的风险作为线索并入(Attached)。""")
            .Accepts<CaseChange>("application/json").Requires(Permission.HandleCases, Area.InBody);
        group.MapPost("/actions", BatchAsync).WithSummary("批量办理").Requires(Permission.HandleCases, Area.InBody);
        group.MapGet("/{id}", Get).WithSummary("一项业务").Requires(Permission.ReadCases, Area.OfCase("id"));
        group.MapGet("/{id}/history", History).WithSummary("办理过程").Requires(Permission.ReadCases, Area.OfCase("id"));
        group.MapPost("/{id}/actions", ActAsync).WithSummary("办理").WithDescription(ActionText)
            .Accepts<CaseChange>("application/json").Requires(Permission.HandleCases, Area.OfCase("id"));
    }

    private static async Task<Results<Ok<CaseListResponse>, ProblemHttpResult>> List(
        [AsParameters] CaseListRequest request, IRegions regions, ICaseSearch search, TimeProvider clock, CancellationToken ct)
    {
        var tree = regions.Tree;
        var query = request.ToQuery(tree, ChinaTime.DayOf(clock.GetUtcNow()));
        if (!query.Ok) return Problems.From(query.Errors);
        return TypedResults.Ok(Listed(await search.FindAsync(query.Value!, ct), tree, query.Value!.Today));
    }

    internal static DomainError? Page(string? after, int? limit, out CaseCursor? cursor)
    {
        cursor = null;
        if (limit is < 1 or > LimitMax) return CaseRequestErrors.BadLimit;
        if (string.IsNullOrEmpty(after)) return null;
        if (!CaseCursor.TryParse(after, out var parsed)) return CaseRequestErrors.BadCursor;
        cursor = parsed;
        return null;
    }

    internal static CaseListResponse Listed(CasePage page, RegionTree tree, DateOnly today) =>
        new([.. page.Lines.Select(l => CaseLineResponse.From(l, tree, today))], page.Next?.ToString());

    private static async Task<Results<Ok<CaseResponse>, ProblemHttpResult>> Get(string id, Caller caller, CaseScreens screens, ICaseReader reader, HttpResponse response, CancellationToken ct)
    {
        if (await reader.FindAsync(id, ct) is not { } found) return Problems.From(CaseErrors.NotFound);
        response.Headers.ETag = VersionHeader.Of(found.Version);
        response.HttpContext.IsAbout(found.File.HouseholdCode);
        return TypedResults.Ok(await screens.ShowAsync(found, caller, ct));
    }

    private static async Task<Results<Ok<IReadOnlyList<CaseEntryResponse>>, ProblemHttpResult>> History(string id, ICaseReader reader, ICaseRefusals refusals, HttpContext context, CancellationToken ct)
    {
        if (await reader.FindAsync(id, ct) is not { } found) return Problems.From(CaseErrors.NotFound);
        context.IsAbout(found.File.HouseholdCode);
        var entries = (await reader.HistoryAsync(id, ct)).Select(e => CaseEntryResponse.From(e, found.File.Kind));
        var late = (await refusals.LateOnesAsync(id, ct)).Select(CaseEntryResponse.From);
        return TypedResults.Ok<IReadOnlyList<CaseEntryResponse>>([.. entries.Concat(late).OrderBy(e => e.At).ThenBy(e => e.Refused is not null)]);
    }

    private static async Task<Results<Ok<CaseActionResponse>, ProblemHttpResult>> OpenAsync(
        HttpRequest request, Caller caller, CaseOpening opening, CaseScreens screens, IGrainFactory grains, CancellationToken ct)
    {
        if (!CaseRequests.TryKey(request, out var key)) return Problems.From(HouseholdRequestErrors.KeyRequired);
        var read = await CaseRequests.OpeningAsync(request, ct);
        if (!read.Ok) return Problems.From(read.Errors);
        var id = read.Value is OpenMeasures measures ? await opening.MeasuresOfAsync(measures, ct) : CaseRequests.CaseOf(caller.Name, key);
        var prepared = await opening.PrepareAsync(id, read.Value!, caller, ct);
        if (!prepared.Ok) return Problems.From(prepared.Errors);
        var answer = await grains.Case(id).ExecuteAsync(new CaseCommand { CommandId = key, Actor = Desk.ActorOf(caller), Change = prepared.Value! }, ct);
        if (answer.OpenCase is { } open && prepared.Value is ReportRisk report)
        {
            (id, answer) = (CaseKey.Of(open), await opening.AttachAsync(CaseKey.Of(open), report, key, caller, ct));
            if (answer.Errors.Count == 0) return TypedResults.Ok(new CaseActionResponse(id.Id, answer.Version, answer.Step!, Attached: true));
        }
        if (answer.Errors.Count > 0) return Problems.From(answer.Errors, answer.OpenCase is { } other ? await screens.OpenOneAsync(other, caller, ct) : null);
        request.HttpContext.Response.Headers.ETag = VersionHeader.Of(answer.Version);
        return TypedResults.Ok(new CaseActionResponse(id.Id, answer.Version, answer.Step!));
    }

    private static async Task<Results<Ok<CaseActionResponse>, ProblemHttpResult>> ActAsync(
        string id, HttpRequest request, Caller caller, CaseScreens screens, ICaseReader reader, ICaseAttachments attachments, IGrainFactory grains, CancellationToken ct)
    {
        if (!CaseKey.TryOf(id, out var caseKey)) return Problems.From(CaseErrors.NotFound);
        if (!CaseRequests.TryKey(request, out var key)) return Problems.From(HouseholdRequestErrors.KeyRequired);
        if (!VersionHeader.TryParse(request.Headers.IfMatch, out var seen)) return Problems.From(HouseholdRequestErrors.BadIfMatch);
        if (seen is null) return Problems.From(CaseErrors.VersionRequired);
        var read = await CaseRequests.ActionAsync(request, ct);
        if (!read.Ok) return Problems.From(read.Errors);
        if (!read.Value!.Attachments.IsDefaultOrEmpty && !await attachments.UsableAsync(read.Value.Attachments, id, caller.Name, ct)) return Problems.From(CaseErrors.UnknownAttachment);
        var answer = await grains.Case(caseKey.Value).ExecuteAsync(
            new CaseCommand { CommandId = key, ExpectedVersion = seen, Actor = Desk.ActorOf(caller), Change = read.Value }, ct);
        if (answer.Errors.Count > 0) return Problems.From(answer.Errors, await CurrentAsync(answer, id, caller, screens, reader, ct));
        request.HttpContext.Response.Headers.ETag = VersionHeader.Of(answer.Version);
        return TypedResults.Ok(new CaseActionResponse(id, answer.Version, answer.Step!));
    }

    /// <summary>Whoever was too late sees what is there now.</summary>
    private static async Task<CaseResponse?> CurrentAsync(CaseAnswer answer, string id, Caller caller, CaseScreens screens, ICaseReader reader, CancellationToken ct) =>
        answer.Errors[0].Code == CaseErrors.StaleVersion.Code && await reader.FindAsync(id, ct) is { } now ? await screens.ShowAsync(now, caller, ct) : null;

    private static async Task<Results<Ok<CaseBatchResponse>, ProblemHttpResult>> BatchAsync(
        CaseBatchRequest body, HttpRequest request, Caller caller, IGrainFactory grains, CancellationToken ct)
    {
        if (!CaseRequests.TryKey(request, out var key)) return Problems.From(HouseholdRequestErrors.KeyRequired);
        if (body.Items is not { Count: > 0 and <= BatchMax }) return Problems.From(CaseRequestErrors.BatchTooLarge);
        var action = CaseRequests.Action(body.Action);
        if (!action.Ok) return Problems.From(action.Errors);
        if (!ForBatch.Contains(action.Value!.GetType()) || !action.Value.Attachments.IsDefaultOrEmpty) return Problems.From(CaseRequestErrors.NotForBatch);
        // The grain itself asks whether the village lies in the caller's area: the ids stand in the body.
        var results = new List<CaseBatchResult>(body.Items.Count);
        foreach (var chunk in body.Items.DistinctBy(i => i.Id).Chunk(16))
            results.AddRange(await Task.WhenAll(chunk.Select(item => OneOfBatchAsync(item, key, action.Value, caller, grains, ct))));
        return results.TrueForAll(r => r.Code == CaseErrors.OutsideArea.Code) ? Problems.From(CaseErrors.OutsideArea) : TypedResults.Ok(new CaseBatchResponse(results));
    }

    private static async Task<CaseBatchResult> OneOfBatchAsync(CaseSeen item, Guid key, CaseChange action, Caller caller, IGrainFactory grains, CancellationToken ct)
    {
        if (!CaseKey.TryOf(item.Id, out var id)) return new CaseBatchResult(item.Id, false, 0, null, CaseErrors.NotFound.Code, CaseErrors.NotFound.Message);
        var command = new CaseCommand { CommandId = CaseRequests.CommandOf(key, item.Id), ExpectedVersion = item.Version, Actor = Desk.ActorOf(caller), Change = action };
        var answer = await grains.Case(id.Value).ExecuteAsync(command, ct);
        return answer.Errors is [var error, ..]
            ? new CaseBatchResult(item.Id, false, answer.Version, answer.Step, error.Code, error.Message)
            : new CaseBatchResult(item.Id, true, answer.Version, answer.Step, null, null);
    }
}
