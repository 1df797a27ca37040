using FangFanPin.Api.Shared;
using FangFanPin.Contracts.Sync;
using FangFanPin.Domain;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Regions;
using FangFanPin.Domain.Sync;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FangFanPin.Api.Sync;

/// <summary>The synchronisation with the national system: batches, what each county has of them, and a person's word where more has disappeared than may.</summary>
public static class SyncEndpoints
{
    private const int PageDefault = 20;
    private const int PageMax = 200;

    public static IServiceCollection AddSync(this IServiceCollection services) => services.AddSingleton<SyncWorkbook>().AddSingleton<SyncEvents>();

    public static void MapSync(this IEndpointRouteBuilder api)
    {
        var group = api.MapGroup("/sync/batches").WithTags("国家系统同步");
        group.MapPost("", StartAsync).WithSummary("手工发起同步").WithDescription("full=true 时不看摘要,逐户比对。").Requires(Permission.ChangeSync, Area.Whole);
        group.MapGet("", ListAsync).WithSummary("同步批次").Requires(Permission.ReadSync, Area.Own);
        group.MapGet("/{id:guid}", GetAsync).WithSummary("一个批次:进度与各县结果").Requires(Permission.ReadSync, Area.Own);
        group.MapGet("/{id:guid}/events", EventsAsync).WithSummary("进度(server-sent events)").Requires(Permission.ReadSync, Area.Own);
        var county = group.MapGroup("/{id:guid}/counties/{region}");
        county.MapGet("", CountyAsync).WithSummary("一个县的结果").Requires(Permission.ReadSync, Area.FromRoute("region"));
        county.MapGet("/lines", LinesAsync).WithSummary("一个县某一类的户(kind:New、Changed、Conflicting、Disappeared、Rejected、Returned)")
            .Requires(Permission.ReadSync, Area.FromRoute("region"));
        county.MapGet("/report.xlsx", WorkbookAsync).WithSummary("一个县的同步报告").Requires(Permission.ReadSync, Area.FromRoute("region"));
        county.MapPost("/confirm", (Guid id, string region, SyncOpinion body, Caller caller, IGrainFactory grains, ISyncBatches batches, CancellationToken ct) =>
            DecideAsync(id, region, true, body, caller, grains, batches, ct)).WithSummary("确认:消失户超过比例,仍继续本县同步").Requires(Permission.ChangeSync, Area.FromRoute("region"));
        county.MapPost("/refuse", (Guid id, string region, SyncOpinion body, Caller caller, IGrainFactory grains, ISyncBatches batches, CancellationToken ct) =>
            DecideAsync(id, region, false, body, caller, grains, batches, ct)).WithSummary("不采用:本县本次数据作废").Requires(Permission.ChangeSync, Area.FromRoute("region"));
        api.MapGet("/households/{code}/national-system", StandingAsync).WithTags("农户档案").WithSummary("一户与国家系统的同步情况:最近出现、消失、暂存的不同值")
            .Requires(Permission.ReadHouseholds, Area.OfHousehold("code"));
        api.MapNotInNational();
    }

    private static async Task<Results<Accepted<SyncBatchResponse>, ProblemHttpResult>> StartAsync(
        bool? full, HttpRequest request, Caller caller, IGrainFactory grains, ISyncBatches batches, TimeProvider clock, CancellationToken ct)
    {
        var id = RequestIds.Of(request, caller, "sync");
        var answer = await Grain(grains).StartAsync(new StartSync { BatchId = id, Actor = caller.ToActor(), Full = full ?? false });
        if (answer.Error is { } error) return Problems.From(error);
        var batch = (await batches.FindAsync(id, ct))!;
        return TypedResults.Accepted($"/api/v1/sync/batches/{id:N}", SyncBatchResponse.From(batch, [], clock.GetUtcNow()));
    }

    private static async Task<Results<Ok<IReadOnlyList<SyncBatchResponse>>, ProblemHttpResult>> ListAsync(
        Guid? after, int? limit, Caller caller, ISyncBatches batches, TimeProvider clock, CancellationToken ct)
    {
        if (limit is < 1 or > PageMax) return Problems.From(SyncErrors.BadRequest);
        var page = await batches.ListAsync(after, limit ?? PageDefault, ct);
        var shares = (await batches.SharesAsync([.. page.Select(b => b.Id)], ct)).Where(s => Covers(caller, s.Region)).ToLookup(s => s.Batch);
        return TypedResults.Ok<IReadOnlyList<SyncBatchResponse>>([.. page.Select(b => SyncBatchResponse.From(b, [.. shares[b.Id]], clock.GetUtcNow()))]);
    }

    private static async Task<Results<Ok<SyncBatchDetail>, ProblemHttpResult>> GetAsync(
        Guid id, Caller caller, ISyncBatches batches, IRegions regions, TimeProvider clock, CancellationToken ct)
    {
        if (await batches.FindAsync(id, ct) is not { } batch) return Problems.From(SyncErrors.NotFound);
        var shares = (await batches.SharesAsync([id], ct)).Where(s => Covers(caller, s.Region)).ToList();
        return TypedResults.Ok(new SyncBatchDetail(SyncBatchResponse.From(batch, shares, clock.GetUtcNow()), [.. shares.Select(s => SyncCountyResponse.From(s, regions.Tree))]));
    }

    private static async Task EventsAsync(Guid id, HttpContext context, Caller caller, ISyncBatches batches, SyncEvents events)
    {
        if (await batches.FindAsync(id, context.RequestAborted) is not null) await events.RunAsync(id, r => Covers(caller, r), context.Response, context.RequestAborted);
        else await Problems.From(SyncErrors.NotFound).ExecuteAsync(context);
    }

    private static async Task<Results<Ok<SyncCountyResponse>, ProblemHttpResult>> CountyAsync(Guid id, string region, ISyncBatches batches, IRegions regions, CancellationToken ct) =>
        await FindAsync(id, region, batches, ct) is { } share ? TypedResults.Ok(SyncCountyResponse.From(share, regions.Tree)) : Problems.From(SyncErrors.NotFound);

    private static async Task<Results<Ok<SyncLinesResponse>, ProblemHttpResult>> LinesAsync(
        Guid id, string region, string? kind, string? after, int? limit, ISyncBatches batches, CancellationToken ct)
    {
        if (limit is < 1 or > PageMax || !Enum.TryParse<SyncLineKind>(kind, ignoreCase: true, out var wanted) || wanted == SyncLineKind.Unchanged || !Enum.IsDefined(wanted)) return Problems.From(SyncErrors.BadRequest);
        if (await FindAsync(id, region, batches, ct) is null) return Problems.From(SyncErrors.NotFound);
        var most = limit ?? PageMax;
        var lines = await batches.LinesAsync(id, region, wanted, after, most, ct);
        return TypedResults.Ok(new SyncLinesResponse([.. lines.Select(SyncLineResponse.From)], lines.Count == most ? lines[^1].Code : null));
    }

    private static async Task<Results<FileStreamHttpResult, ProblemHttpResult>> WorkbookAsync(
        Guid id, string region, ISyncBatches batches, SyncWorkbook workbook, CancellationToken ct) =>
        await FindAsync(id, region, batches, ct) is { } share
            ? TypedResults.File(await workbook.WriteAsync(share, ct), SyncWorkbook.ContentType, $"国家系统同步_{region}_{id:N}.xlsx")
            : Problems.From(SyncErrors.NotFound);

    private static async Task<Results<Ok<SyncCountyDecision>, ProblemHttpResult>> DecideAsync(
        Guid id, string region, bool accept, SyncOpinion body, Caller caller, IGrainFactory grains, ISyncBatches batches, CancellationToken ct)
    {
        if (body.Opinion?.Length > SyncLimits.OpinionMax) return Problems.From(SyncErrors.OpinionTooLong);
        var answer = await Grain(grains).DecideAsync(new DecideShare { BatchId = id, Region = region, Actor = caller.ToActor(), Accept = accept, Opinion = body.Opinion });
        if (answer.Error is { } error) return Problems.From(error);
        return TypedResults.Ok(new SyncCountyDecision(id.ToString("N"), region, (await FindAsync(id, region, batches, ct))!.Stage.ToString()));
    }

    private static async Task<Ok<NationalStandingResponse>> StandingAsync(string code, ISyncBatches batches, CancellationToken ct) =>
        TypedResults.Ok(NationalStandingResponse.From(await batches.StandingAsync(code, ct)));

    private static async Task<SyncShare?> FindAsync(Guid id, string region, ISyncBatches batches, CancellationToken ct) =>
        (await batches.SharesAsync([id], ct)).FirstOrDefault(s => s.Region == region);

    private static bool Covers(Caller caller, string region) => RegionCode.TryParse(region, out var code) && caller.Covers(code);
    private static INationalSyncGrain Grain(IGrainFactory grains) => grains.GetGrain<INationalSyncGrain>(INationalSyncGrain.Key);
}
