using FangFanPin.Api.Households;
using FangFanPin.Api.Shared;
using FangFanPin.Domain;
using FangFanPin.Domain.Dictionary;
using FangFanPin.Domain.Exports;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Records;
using FangFanPin.Domain.Regions;
using FangFanPin.Storage.Accounts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace FangFanPin.Api.Exports;

/// <summary>Ask → progress → file. A job is seen, stopped and downloaded by the account alone that asked, as long as the area is still its own.</summary>
public static class ExportEndpoints
{
    private const int ListMax = 100;
    private const string Workbook = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

    public static IServiceCollection AddExports(this IServiceCollection services)
    {
        services.AddOptions<ExportOptions>().BindConfiguration("FangFanPin:Exports");
        return services.AddSingleton<ExportFolder>().AddSingleton<ExportSignal>().AddSingleton<ExportRun>().AddSingleton<ExportEvents>().AddHostedService<ExportWorker>();
    }

    public static void MapExports(this IEndpointRouteBuilder api)
    {
        var group = api.MapGroup("/exports").WithTags("数据导出");
        group.MapPost("", CreateAsync).WithSummary("导出农户或人员(kind=households|persons,条件同列表)")
            .WithDescription("fields 为列表之外的数据字典字段(农户或家庭成员),以逗号分隔,如 fields=CertNumber,Phone,Health;证件号码、电话、账号脱敏。条件也可写在请求体中(同 POST /api/v1/persons/search),按证件号码、电话导出时只能如此。Idempotency-Key 相同的请求是同一次导出。")
            .Requires(Permission.Export, Area.FromQuery("region")).RefusesNumbersInAddress();
        group.MapGet("", ListAsync).WithSummary("本人的导出任务").Requires(Permission.Export, Area.Own);
        group.MapGet("/{id}", GetAsync).WithSummary("导出任务:进度、结果").Requires(Permission.Export, Area.OfExport("id"));
        group.MapGet("/{id}/events", EventsAsync).WithSummary("进度(server-sent events)").Requires(Permission.Export, Area.OfExport("id"));
        group.MapGet("/{id}/file", FileAsync).WithSummary("下载(支持断点续传:Range、If-Range、ETag)").Requires(Permission.Export, Area.OfExport("id"));
        group.MapPost("/{id}/cancel", CancelAsync).WithSummary("取消").Requires(Permission.Export, Area.OfExport("id"));
    }

    private static async Task<Results<Accepted<ExportResponse>, ProblemHttpResult>> CreateAsync(
        string kind, string? fields, [AsParameters] HouseholdListRequest households, [AsParameters] PersonListRequest persons,
        [FromBody(EmptyBodyBehavior = EmptyBodyBehavior.Allow)] PersonSearchRequest? body, HttpContext http, Caller caller,
        IRegions regions, IExportJobs jobs, DataDictionary dictionary, ExportSignal signal, IOptions<ExportOptions> options, TimeProvider clock, CancellationToken ct)
    {
        if (body is not null) (households, persons) = ((body.Household ?? new()) with { Region = households.Region }, body.Person ?? new());
        var asked = Asked(kind, fields, households with { After = null, Limit = null }, persons, regions.Tree, dictionary, ChinaTime.DayOf(clock.GetUtcNow()));
        if (!asked.Ok) return Problems.From(asked.Errors);
        var job = new ExportJob
        {
            Id = RequestIds.Of(http.Request, caller, "export"), Account = caller.Name, Region = asked.Value!.Query.Household.Region.ToString(), Kind = asked.Value.Kind,
            CreatedAt = clock.GetUtcNow(), TraceId = Problems.TraceId(http),
        };
        if (!await jobs.CreateAsync(job, asked.Value, options.Value.OpenPerAccountMax, ct))
        {
            if (await jobs.FindAsync(job.Id, ct) is not { } before) return Problems.From(ExportErrors.TooMany);
            job = before;
        }
        signal.Raise();
        return TypedResults.Accepted($"/api/v1/exports/{job.Id:N}", ExportResponse.From(job, clock.GetUtcNow()));
    }

    private static Outcome<ExportRequest> Asked(
        string kind, string? fields, HouseholdListRequest households, PersonListRequest persons, RegionTree tree, DataDictionary dictionary, DateOnly today)
    {
        ExportKind? of = kind switch { "households" => ExportKind.Households, "persons" => ExportKind.Persons, _ => null };
        if (of is null) return ExportErrors.BadKind;
        var ids = (fields ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (ids.Length > ExportLimits.FieldsMax) return ExportErrors.TooManyFields;
        var entity = of == ExportKind.Households ? EntityMap.Household.Name : EntityMap.Member.Name;
        if (ids.Any(id => !FieldColumns.Knows(dictionary, entity, id))) return ExportErrors.BadField;
        return persons.ToQuery(households, tree, today).As(query => new ExportRequest { Kind = of.Value, Query = query, Fields = [.. ids.Distinct()] });
    }

    private static async Task<Ok<IReadOnlyList<ExportResponse>>> ListAsync(Caller caller, IExportJobs jobs, TimeProvider clock, CancellationToken ct)
    {
        var own = await jobs.ListAsync(caller.Name, ListMax, ct);
        return TypedResults.Ok<IReadOnlyList<ExportResponse>>(
            [.. own.Where(j => RegionCode.TryParse(j.Region, out var region) && caller.Covers(region)).Select(j => ExportResponse.From(j, clock.GetUtcNow()))]);
    }

    private static async Task<Results<Ok<ExportResponse>, ProblemHttpResult>> GetAsync(string id, Caller caller, IExportJobs jobs, TimeProvider clock, CancellationToken ct) =>
        await FindAsync(id, caller, jobs, ct) is { } job ? TypedResults.Ok(ExportResponse.From(job, clock.GetUtcNow())) : Problems.From(ExportErrors.NotFound);

    private static async Task EventsAsync(string id, HttpContext context, Caller caller, IExportJobs jobs, ExportEvents events)
    {
        if (await FindAsync(id, caller, jobs, context.RequestAborted) is { } job) await events.RunAsync(job.Id, context.Response, context.RequestAborted);
        else await Problems.From(ExportErrors.NotFound).ExecuteAsync(context);
    }

    private static async Task<Results<PhysicalFileHttpResult, ProblemHttpResult>> FileAsync(
        string id, HttpContext http, Caller caller, IExportJobs jobs, ExportFolder folder, AuditLog audit, TimeProvider clock, CancellationToken ct)
    {
        if (await FindAsync(id, caller, jobs, ct) is not { } job) return Problems.From(ExportErrors.NotFound);
        if (job.Stage is ExportStage.Waiting or ExportStage.Running) return Problems.From(ExportErrors.NotReady);
        var path = folder.FileOf(job);
        if (job.Stage != ExportStage.Done || !File.Exists(path)) return Problems.From(ExportErrors.Gone);
        // The pieces of one download are one act.
        if (http.Request.GetTypedHeaders().Range?.Ranges.FirstOrDefault()?.From is null or 0)
            await audit.AppendAsync(new AuditEntry(clock.GetUtcNow(), caller.Name, "export.download", job.Region, job.Id.ToString("N"), Problems.TraceId(http)).From(http), ct);
        http.Response.Headers.CacheControl = "private, no-store";
        var name = $"{(job.Kind == ExportKind.Households ? "农户列表" : "人员列表")}_{job.Region}_{ChinaTime.DayOf(job.CreatedAt):yyyyMMdd}.xlsx";
        return TypedResults.PhysicalFile(path, Workbook, name, job.FinishedAt, new EntityTagHeaderValue($"\"{job.Sha256}\""), enableRangeProcessing: true);
    }

    private static async Task<Results<Accepted<ExportResponse>, ProblemHttpResult>> CancelAsync(string id, Caller caller, IExportJobs jobs, TimeProvider clock, CancellationToken ct)
    {
        if (await FindAsync(id, caller, jobs, ct) is not { } job) return Problems.From(ExportErrors.NotFound);
        if (!await jobs.AskToCancelAsync(job.Id, clock.GetUtcNow(), ct)) return Problems.From(ExportErrors.AtRest);
        return TypedResults.Accepted($"/api/v1/exports/{job.Id:N}", ExportResponse.From((await jobs.FindAsync(job.Id, ct))!, clock.GetUtcNow()));
    }

    private static async Task<ExportJob?> FindAsync(string id, Caller caller, IExportJobs jobs, CancellationToken ct) =>
        Guid.TryParse(id, out var parsed) && await jobs.FindAsync(parsed, ct) is { } job && job.Account == caller.Name
        && RegionCode.TryParse(job.Region, out var region) && caller.Covers(region) ? job : null;
}
