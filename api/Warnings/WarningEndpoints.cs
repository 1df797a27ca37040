using FangFanPin.Api.Cases;
using FangFanPin.Api.Exports;
using FangFanPin.Api.Shared;
using FangFanPin.Api.Sync;
using FangFanPin.Contracts;
using FangFanPin.Contracts.Cases;
using FangFanPin.Contracts.Warnings;
using FangFanPin.Domain;
using FangFanPin.Domain.Cases;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Imports;
using FangFanPin.Domain.Records;
using FangFanPin.Domain.Regions;
using FangFanPin.Domain.Warnings;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FangFanPin.Api.Warnings;

/// <summary>部门预警批次: a department's file becomes cases row by row; what nobody is found for goes to the county, which locates the family.</summary>
internal static class WarningEndpoints
{
    private const int PageDefault = 50, PageMax = 500, NameMax = 200;
    private static readonly string[] Headers = ["行号", "结果", "来源部门", "预警类型", "批次号", "推送日期", "姓名", "市", "县(市、区)", "乡(镇)", "行政村", "户编号", "业务编号", "原因"];

    public static void MapWarnings(this IEndpointRouteBuilder api)
    {
        var group = api.MapGroup("/warnings/batches").WithTags("部门预警");
        group.MapPost("", UploadAsync).WithSummary("上传部门预警批次(请求体为 csv 或 xlsx 文件)")
            .WithDescription("列名按数据字典“部门预警数据”识别;dept、type、batchNo、pushedOn 为文件中没有该列时的统一值。")
            .Accepts<byte[]>("application/octet-stream", "text/csv", SyncWorkbook.ContentType).Requires(Permission.ChangeImports, Area.FromQuery("region"));
        group.MapGet("", ListAsync).WithSummary("预警批次").Requires(Permission.ReadCases, Area.Own);
        group.MapGet("/{id:guid}", GetAsync).WithSummary("一个批次:各种结果的数量").Requires(Permission.ReadCases, Area.Own);
        group.MapGet("/{id:guid}/rows", RowsAsync).WithSummary("逐行结果(outcome:Waiting、Opened、Removed、Unmatched、Repeated、Rejected)").Requires(Permission.ReadCases, Area.Own);
        group.MapGet("/{id:guid}/report.xlsx", WorkbookAsync).WithSummary("逐行结果报告").Requires(Permission.ReadCases, Area.Own);
        group.MapPost("/{id:guid}/rows/{row:int}/locate", LocateAsync).WithSummary("县级落地:指定未匹配预警的行政村(和户)").Requires(Permission.HandleCases, Area.InBody);
    }

    private static async Task<Results<Accepted<WarningBatchResponse>, ProblemHttpResult>> UploadAsync(
        string region, string? name, string? dept, string? type, string? batchNo, DateOnly? pushedOn, HttpContext context, Caller caller, IRegions regions, IWarningBatches batches,
        WarningUpload upload, TimeProvider clock, CancellationToken ct)
    {
        if (regions.Tree.Find(region) is null) return Problems.From(ImportErrors.UnknownRegion);
        var batch = new WarningBatch
        {
            Id = RequestIds.Of(context.Request, caller, "warnings"), Region = region, FileName = name is null ? "预警.csv" : name[..Math.Min(name.Length, NameMax)], CreatedAt = clock.GetUtcNow(),
            Actor = caller.ToActor(),
        };
        var stored = await upload.ReceiveAsync(context, batch, new WarningDefaults(dept, type, batchNo, pushedOn), ct);
        if (stored is { } error) return Problems.From(error);
        return TypedResults.Accepted($"/api/v1/warnings/batches/{batch.Id:N}", WarningBatchResponse.From((await batches.FindAsync(batch.Id, ct))!, await batches.CountAsync(batch.Id, ct)));
    }

    /// <summary>Those that the caller's own region has sent, and those that may hold rows of it.</summary>
    private static async Task<Results<Ok<IReadOnlyList<WarningBatchResponse>>, ProblemHttpResult>> ListAsync(
        Guid? after, int? limit, Caller caller, IWarningBatches batches, IRegions regions, CancellationToken ct)
    {
        if (limit is < 1 or > PageMax) return Problems.From(WarningErrors.BadRequest);
        var page = await batches.ListAsync(after, limit ?? PageDefault, ct);
        var shown = new List<WarningBatchResponse>();
        foreach (var batch in page.Where(b => MaySee(caller, b, regions.Tree))) shown.Add(WarningBatchResponse.From(batch, caller.Covers(RegionCode.Parse(batch.Region)) ? await batches.CountAsync(batch.Id, ct) : null));
        return TypedResults.Ok<IReadOnlyList<WarningBatchResponse>>(shown);
    }

    private static async Task<Results<Ok<WarningBatchResponse>, ProblemHttpResult>> GetAsync(Guid id, Caller caller, IWarningBatches batches, IRegions regions, CancellationToken ct) =>
        await batches.FindAsync(id, ct) is { } batch && MaySee(caller, batch, regions.Tree)
            ? TypedResults.Ok(WarningBatchResponse.From(batch, caller.Covers(RegionCode.Parse(batch.Region)) ? await batches.CountAsync(id, ct) : null))
            : Problems.From(WarningErrors.NotFound);

    private static async Task<Results<Ok<WarningRowsResponse>, ProblemHttpResult>> RowsAsync(
        Guid id, string? outcome, int? after, int? limit, Caller caller, IWarningBatches batches, IRegions regions, CancellationToken ct)
    {
        WarningOutcome? wanted = null;
        if (outcome is not null && (!Enum.TryParse<WarningOutcome>(outcome, ignoreCase: true, out var parsed) || !Enum.IsDefined((wanted = parsed).Value)) || limit is < 1 or > PageMax) return Problems.From(WarningErrors.BadRequest);
        if (await batches.FindAsync(id, ct) is not { } batch || !MaySee(caller, batch, regions.Tree)) return Problems.From(WarningErrors.NotFound);
        var most = limit ?? PageDefault;
        var rows = await batches.RowsAsync(id, wanted, after ?? 0, most, ct);
        return TypedResults.Ok(new WarningRowsResponse([.. rows.Where(r => Covers(caller, r.Region)).Select(WarningRowResponse.From)], rows.Count == most ? rows[^1].Row : null));
    }

    private static async Task<Results<FileStreamHttpResult, ProblemHttpResult>> WorkbookAsync(
        Guid id, Caller caller, IWarningBatches batches, IRegions regions, Domain.Dictionary.DataDictionary dictionary, CancellationToken ct)
    {
        if (await batches.FindAsync(id, ct) is not { } batch || !MaySee(caller, batch, regions.Tree)) return Problems.From(WarningErrors.NotFound);
        var file = TemporaryFile.Create();
        try
        {
            using (var workbook = new StreamedWorkbook(file, "预警比对结果", Headers))
            {
                var after = 0;
                while (await batches.RowsAsync(id, null, after, PageMax, ct) is { Count: > 0 } rows)
                {
                    foreach (var row in rows.Where(r => Covers(caller, r.Region))) Write(workbook, row, regions.Tree, dictionary);
                    after = rows[^1].Row;
                }
            }
            file.Position = 0;
            return TypedResults.File(file, SyncWorkbook.ContentType, $"预警比对结果_{id:N}.xlsx");
        }
        catch
        {
            await file.DisposeAsync();
            throw;
        }
    }

    private static async Task<Results<Ok<WarningRowResponse>, ProblemHttpResult>> LocateAsync(
        Guid id, int row, WarningPlace body, Caller caller, IWarningBatches batches, IGrainFactory grains, CancellationToken ct)
    {
        if (!RegionCode.TryParse(body.Village, out var village)) return Problems.From(AreaErrors.BadCode);
        if (!caller.Covers(village)) return Problems.From(AreaErrors.OutsideArea);
        if (await batches.RowAsync(id, row, ct) is not { } found || !Covers(caller, found.Region)) return Problems.From(WarningErrors.NoRow);
        if (found is not { Outcome: WarningOutcome.Unmatched, Warning: { } warning }) return Problems.From(WarningErrors.NotUnmatched);
        var key = WarningCase.Of(warning);
        var answer = await grains.Case(key).ExecuteAsync(new CaseCommand
        {
            CommandId = WarningCase.CommandOf(id, row), Actor = Desk.ActorOf(caller), Change = new ReceiveWarning { Village = body.Village!, HouseholdCode = body.HouseholdCode, Warning = warning },
        }, ct);
        var repeated = answer.Errors.Count > 0 && answer.Errors[0].Code == CaseErrors.Exists.Code;
        if (answer.Errors.Count > 0 && !repeated) return Problems.From(answer.Errors);
        var outcome = repeated ? WarningOutcome.Repeated : answer.Step == CaseSteps.WarningDone ? WarningOutcome.Removed : WarningOutcome.Opened;
        var located = found with { Outcome = outcome, Region = body.Village!, Household = body.HouseholdCode, CaseId = key.Id };
        return await batches.LocatedAsync(id, located, ct) ? TypedResults.Ok(WarningRowResponse.From(located)) : Problems.From(WarningErrors.NotUnmatched);
    }

    private static void Write(StreamedWorkbook workbook, WarningRow row, RegionTree tree, Domain.Dictionary.DataDictionary dictionary)
    {
        string? Label(string list, string? code) => code is null ? null : dictionary.FindList(list)?.LabelOf(code) ?? code;
        workbook.StartRow();
        workbook.Number(row.Row);
        workbook.Text(WarningRowResponse.LabelOf(row.Outcome));
        workbook.Text(Label("WarnDept", row.Warning?.WarnDept));
        workbook.Text(Label("WarnType", row.Warning?.WarnType));
        workbook.Text(row.Warning?.BatchNo);
        workbook.Day(row.Warning?.PushedOn);
        workbook.Text(Masking.Shown(nameof(DeptWarning.Name), row.Warning?.Name));
        workbook.Path(tree, row.Region);
        workbook.Text(row.Household);
        workbook.Text(row.CaseId);
        workbook.Text(row.Reason);
        workbook.EndRow();
    }

    private static bool MaySee(Caller caller, WarningBatch batch, RegionTree tree) =>
        RegionCode.TryParse(batch.Region, out var region) && (caller.Covers(region) || tree.Contains(region, caller.Region));

    private static bool Covers(Caller caller, string region) => RegionCode.TryParse(region, out var code) && caller.Covers(code);
}
