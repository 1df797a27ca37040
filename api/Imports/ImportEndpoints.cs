using FangFanPin.Api.Shared;
using FangFanPin.Contracts.Imports;
using FangFanPin.Domain.Imports;
using FangFanPin.Domain.Regions;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FangFanPin.Api.Imports;

/// <summary>Upload → preview → commit → done, each step on its own request; the work itself goes on without one.</summary>
public static class ImportEndpoints
{
    private const int PageDefault = 20;
    private const int PageMax = 200;
    private const string Workbook = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

    public static IServiceCollection AddImports(this IServiceCollection services)
    {
        services.AddOptions<ImportApiOptions>().BindConfiguration("FangFanPin:Imports");
        return services.AddSingleton<ImportUpload>().AddSingleton<ImportEvents>().AddSingleton<ErrorWorkbook>();
    }

    public static void MapImports(this IEndpointRouteBuilder api)
    {
        var group = api.MapGroup("/imports").WithTags("数据导入");
        group.MapPost("", UploadAsync).WithSummary("上传并解析(multipart,可含多个文件);atOnce=true 时不停在预览,校验后直接写入").Accepts<IFormFileCollection>("multipart/form-data")
            .Requires(Permission.ChangeImports, Area.FromQuery("region"));
        group.MapGet("", ListAsync).WithSummary("导入任务列表").Requires(Permission.ReadImports, Area.Own);
        group.MapGet("/{id}", GetAsync).WithSummary("导入任务:预览、进度、结果").Requires(Permission.ReadImports, Area.OfImport("id"));
        group.MapGet("/{id}/errors", ErrorsAsync).WithSummary("前 1,000 条错误").Requires(Permission.ReadImports, Area.OfImport("id"));
        group.MapGet("/{id}/conflicts", ConflictsAsync).WithSummary("与现有数据冲突、提交时未写入或未能撤销的户").Requires(Permission.ReadImports, Area.OfImport("id"));
        group.MapGet("/{id}/error-workbook.xlsx", ErrorWorkbookAsync).WithSummary("错误工作簿:被拒绝的行及原因").Requires(Permission.ReadImports, Area.OfImport("id"));
        group.MapGet("/{id}/events", EventsAsync).WithSummary("进度(server-sent events)").Requires(Permission.ReadImports, Area.OfImport("id"));
        group.MapPost("/{id}/commit", (string id, IGrainFactory grains, IImportJobs jobs, TimeProvider clock, CancellationToken ct) => CommandAsync(id, g => g.CommitAsync(), grains, jobs, clock, ct))
            .WithSummary("提交预览").Requires(Permission.ChangeImports, Area.OfImport("id"));
        group.MapPost("/{id}/cancel", (string id, IGrainFactory grains, IImportJobs jobs, TimeProvider clock, CancellationToken ct) => CommandAsync(id, g => g.CancelAsync(), grains, jobs, clock, ct))
            .WithSummary("取消").Requires(Permission.ChangeImports, Area.OfImport("id"));
        group.MapPost("/{id}/undo", (string id, IGrainFactory grains, IImportJobs jobs, TimeProvider clock, CancellationToken ct) => CommandAsync(id, g => g.UndoAsync(), grains, jobs, clock, ct))
            .WithSummary("撤销已提交的导入").Requires(Permission.ChangeImports, Area.OfImport("id"));
    }

    private static async Task<Results<Accepted<ImportResponse>, ProblemHttpResult>> UploadAsync(
        string region, bool? atOnce, HttpContext context, Caller caller, ImportUpload upload, IRegions regions, IImportJobs jobs, IGrainFactory grains, TimeProvider clock)
    {
        if (regions.Tree.Find(region) is null) return Problems.From(ImportErrors.UnknownRegion);
        var uploaded = await upload.ReceiveAsync(context, caller, region, atOnce ?? false);
        if (!uploaded.Ok) return Problems.From(uploaded.Errors);
        var job = uploaded.Value!;
        if (job.Stage == ImportStage.Uploaded) await Grain(grains, job.Id).ParseAsync();
        job = await jobs.FindAsync(job.Id, CancellationToken.None) ?? job;
        return TypedResults.Accepted($"/api/v1/imports/{job.Id:N}", ImportResponse.From(job, clock.GetUtcNow()));
    }

    private static async Task<Results<Ok<IReadOnlyList<ImportResponse>>, ProblemHttpResult>> ListAsync(
        string? after, int? limit, Caller caller, IImportJobs jobs, TimeProvider clock, CancellationToken ct)
    {
        ImportKey? before = null;
        if (after is not null && !ImportKey.TryOf(after, out before) || limit is < 1 or > PageMax) return Problems.From(ImportErrors.BadRequest);
        var page = await jobs.ListAsync(r => RegionCode.TryParse(r, out var code) && caller.Covers(code), before?.Id, limit ?? PageDefault, ct);
        return TypedResults.Ok<IReadOnlyList<ImportResponse>>([.. page.Select(j => ImportResponse.From(j, clock.GetUtcNow()))]);
    }

    private static async Task<Results<Ok<ImportResponse>, ProblemHttpResult>> GetAsync(string id, IImportJobs jobs, TimeProvider clock, CancellationToken ct) =>
        await FindAsync(id, jobs, ct) is { } job ? TypedResults.Ok(ImportResponse.From(job, clock.GetUtcNow())) : Problems.From(ImportErrors.NotFound);

    private static async Task<Results<Ok<IReadOnlyList<ImportErrorResponse>>, ProblemHttpResult>> ErrorsAsync(
        string id, IImportJobs jobs, IImportStaging staging, CancellationToken ct)
    {
        if (await FindAsync(id, jobs, ct) is not { } job) return Problems.From(ImportErrors.NotFound);
        var errors = new List<ImportErrorResponse>();
        if (job.ParsedRun > 0)
        {
            await foreach (var error in staging.ErrorsAsync(job.Id, job.ParsedRun, ImportLimits.ErrorsShown, ct)) errors.Add(ImportErrorResponse.From(job, error));
        }
        return TypedResults.Ok<IReadOnlyList<ImportErrorResponse>>(errors);
    }

    private static async Task<Results<Ok<IReadOnlyList<ImportConflictResponse>>, ProblemHttpResult>> ConflictsAsync(
        string id, string? after, int? limit, IImportJobs jobs, IImportStaging staging, CancellationToken ct)
    {
        if (limit is < 1 or > PageMax) return Problems.From(ImportErrors.BadRequest);
        if (await FindAsync(id, jobs, ct) is not { } job) return Problems.From(ImportErrors.NotFound);
        var conflicts = await staging.ConflictsAsync(job.Id, job.ParsedRun, after, limit ?? PageMax, ct);
        return TypedResults.Ok<IReadOnlyList<ImportConflictResponse>>([.. conflicts.Select(c => new ImportConflictResponse(c.Code, c.Reason))]);
    }

    private static async Task<Results<FileStreamHttpResult, ProblemHttpResult>> ErrorWorkbookAsync(
        string id, IImportJobs jobs, ErrorWorkbook workbook, CancellationToken ct)
    {
        if (await FindAsync(id, jobs, ct) is not { } job) return Problems.From(ImportErrors.NotFound);
        if (job.PurgedAt is not null || job.Stage == ImportStage.Cancelled) return Problems.From(ImportErrors.Purged);
        if (job.ParsedRun == 0) return Problems.From(ImportErrors.WrongStage);
        return TypedResults.File(await workbook.WriteAsync(job, ct), Workbook, $"import-errors-{job.Id:N}.xlsx");
    }

    private static async Task EventsAsync(string id, HttpContext context, IImportJobs jobs, ImportEvents events)
    {
        if (await FindAsync(id, jobs, context.RequestAborted) is { } job) await events.RunAsync(job.Id, context.Response, context.RequestAborted);
        else await Problems.From(ImportErrors.NotFound).ExecuteAsync(context);
    }

    private static async Task<Results<Accepted<ImportResponse>, ProblemHttpResult>> CommandAsync(
        string id, Func<IImportGrain, Task<ImportAnswer>> command, IGrainFactory grains, IImportJobs jobs, TimeProvider clock, CancellationToken ct)
    {
        if (!ImportKey.TryOf(id, out var key)) return Problems.From(ImportErrors.NotFound);
        var answer = await command(Grain(grains, key.Value.Id));
        if (answer.Error is { } error) return Problems.From(error);
        var job = await jobs.FindAsync(key.Value.Id, ct);
        return TypedResults.Accepted($"/api/v1/imports/{key.Value.Id:N}", ImportResponse.From(job!, clock.GetUtcNow()));
    }

    private static async Task<ImportJob?> FindAsync(string id, IImportJobs jobs, CancellationToken ct) =>
        ImportKey.TryOf(id, out var key) ? await jobs.FindAsync(key.Value.Id, ct) : null;

    private static IImportGrain Grain(IGrainFactory grains, Guid id) => grains.GetGrain<IImportGrain>(new ImportKey(id).ToString());
}
