using System.ComponentModel;
using FangFanPin.Api.Shared;
using FangFanPin.Domain;
using FangFanPin.Domain.Figures;
using FangFanPin.Domain.Records;
using FangFanPin.Domain.Regions;
using FangFanPin.Domain.Statistics;
using FangFanPin.Storage.Figures;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace FangFanPin.Api.Statistics;

/// <summary>Statistics of a region: as JSON, live, as Excel, and opened to households.</summary>
public static class StatisticEndpoints
{
    private const int PageDefault = 50;
    private const int PageMax = 200;
    private static readonly TimeSpan China = TimeSpan.FromHours(8);

    public static void AddStatistics(this IServiceCollection services)
    {
        services.AddOptions<StatisticsOptions>().BindConfiguration("Statistics");
        services.AddSingleton<IContributionReader, ContributionReader>();
        services.AddSingleton<GrainSums>();
        services.AddSingleton<RenderedStatistics>();
        services.AddSingleton<StatisticStreams>();
    }

    public static void MapStatistics(this IEndpointRouteBuilder api)
    {
        var group = api.MapGroup("/regions/{code}/statistics").WithTags("统计")
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        group.MapGet("/{number}", GetAsync).WithSummary("统计表")
            .WithDescription("首行为合计,其余各行相加等于合计。asOf 之前提交的数据均已计入。数据正在汇总时返回 503。").Requires(Permission.ReadStatistics, Area.FromRoute("code"));
        group.MapGet("/{number}.xlsx", WorkbookAsync).WithSummary("统计表(Excel)")
            .Produces(StatusCodes.Status200OK, contentType: StatisticWorkbook.ContentType).Requires(Permission.ReadStatistics, Area.FromRoute("code"));
        group.MapGet("/{number}/events", EventsAsync).WithSummary("统计表(实时)")
            .WithDescription("服务器推送事件:table 为整张表(连接后立即推送,此后每次变化推送,每秒至多两次);waiting 表示正在汇总;alive 为心跳,asOf 为上一张表仍然有效的时点。")
            .Produces(StatusCodes.Status200OK, contentType: "text/event-stream").Requires(Permission.ReadStatistics, Area.FromRoute("code"));
        group.MapGet("/{number}/households", HouseholdsAsync).WithSummary("数字背后的农户")
            .WithDescription("total 等于统计表中的数字;逐页读取,各户 count 之和等于 total。行由路径中的区划确定。").Requires(Permission.ReadHouseholds, Area.FromRoute("code"));
    }

    private static async Task<Results<StatisticContent, ProblemHttpResult>> GetAsync(
        [AsParameters] StatisticRequest request, IRegions regions, RenderedStatistics rendered, TimeProvider clock, CancellationToken ct)
    {
        var asked = request.Read(regions, clock);
        if (!asked.Ok) return Problems.From(asked.Errors);
        var answer = await rendered.GetAsync(asked.Value.Region, asked.Value.Query, ct);
        return answer is { } ready ? new StatisticContent(ready) : Problems.From(StatisticsErrors.NotReady);
    }

    private static async Task<Results<FileContentHttpResult, ProblemHttpResult>> WorkbookAsync(
        [AsParameters] StatisticRequest request, Caller caller, IRegions regions, GrainSums sums, TimeProvider clock, CancellationToken ct)
    {
        var asked = request.Read(regions, clock);
        if (!asked.Ok) return Problems.From(asked.Errors);
        var (region, query) = asked.Value;
        if (await sums.GetAsync(region.Code, ct) is not { } figures) return Problems.From(StatisticsErrors.NotReady);
        var table = RenderedStatistics.TableOf(figures, region, query);
        var now = clock.GetUtcNow().ToOffset(China);
        return TypedResults.File(
            StatisticWorkbook.Write(table, region.Name, caller.DisplayName, now), StatisticWorkbook.ContentType,
            StatisticWorkbook.FileName(table, region.Name, now));
    }

    private static async Task<Results<EmptyHttpResult, ProblemHttpResult>> EventsAsync(
        [AsParameters] StatisticRequest request, HttpContext context, IRegions regions, StatisticStreams streams, TimeProvider clock)
    {
        var asked = request.Read(regions, clock);
        if (!asked.Ok) return Problems.From(asked.Errors);
        if (!streams.TryEnter()) return Problems.From(StatisticsErrors.TooManyStreams);
        try
        {
            await streams.RunAsync(asked.Value.Region.Code, asked.Value.Query, context.Response, context.RequestAborted);
            return TypedResults.Empty;
        }
        finally
        {
            streams.Leave();
        }
    }

    private static async Task<Results<Ok<FigureHouseholdsResponse>, ProblemHttpResult>> HouseholdsAsync(
        [AsParameters] StatisticRequest request, [AsParameters] FigureRequest figure, IRegions regions, GrainSums sums, IContributionReader contributions,
        TimeProvider clock, CancellationToken ct)
    {
        var asked = request.Read(regions, clock);
        if (!asked.Ok) return Problems.From(asked.Errors);
        var (region, query) = asked.Value;
        var tree = regions.Tree;
        var cell = figure.Cell ?? "";
        if (StatisticTable.SelectionOf(query, cell, Today(clock)) is null) return Problems.From(StatisticsErrors.UnknownCell(cell));
        if (figure.Limit is < 1 or > PageMax) return Problems.From(StatisticsErrors.BadPage("limit"));
        if (!FigureRequest.TryPlace(figure.After, out var after) || (after is { } place && !tree.Contains(region.Code, place.Village)))
            return Problems.From(StatisticsErrors.BadPage("after"));

        var walk = new HouseholdWalk(sums, contributions, village => [.. tree.PathTo(village).Select(r => r.Code)]);
        var page = await walk.PageAsync(region.Code, day => SelectionOn(query, cell, day), after, figure.Limit ?? PageDefault, ct);
        return page is null ? Problems.From(StatisticsErrors.NotReady) : TypedResults.Ok(Response(page, tree));
    }

    /// <summary>Between midnight and the due table's end a month may be asked that the figures' day does not have yet: it is empty.</summary>
    private static Selection SelectionOn(StatisticQuery query, string cell, DateOnly day) =>
        StatisticTable.SelectionOf(query, cell, day) ?? new Selection(ClassSet.None, []);

    private static FigureHouseholdsResponse Response(HouseholdPage page, RegionTree tree) => new(
        page.AsOf, page.Day, page.Total,
        [.. page.Parts.Select(p => new FigureHousehold(p.Code, p.Village.ToString(), tree.Find(p.Village)?.Name ?? "", Masking.Shown(nameof(Household.HeadName), p.HeadName), p.Count))],
        page.Next is { } next ? $"{next.Village}.{next.Code}" : null);

    internal static DateOnly Today(TimeProvider clock) => DateOnly.FromDateTime(clock.GetUtcNow().ToOffset(China).DateTime);
}

/// <summary>Which statistic of which region, with which filters.</summary>
/// <param name="Code">Region, twelve digits.</param>
/// <param name="Number">1, 2, 3 or 8.</param>
/// <param name="HouseholdTypes">户类型: 1 脱贫享受政策, 2 脱贫不享受政策, 3 风险未消除, 4 风险消除, with commas; none = 帮扶对象.</param>
/// <param name="Category">监测对象类别 1 to 3; statistic 8.</param>
/// <param name="Risk">风险类型, two digits; statistic 8.</param>
/// <param name="Year">统计年度; none = this year.</param>
public sealed record StatisticRequest(
    [property: FromRoute(Name = "code"), Description("区划代码,12位")] string Code,
    [property: FromRoute(Name = "number"), Description("统计表编号:1 人口基本信息,2 年龄分组,3 身体健康状况,8 新识别监测对象")] string Number,
    [property: FromQuery(Name = "householdTypes"), Description("户类型,可多选用逗号分隔:1 脱贫享受政策,2 脱贫不享受政策,3 风险未消除,4 风险消除;不填为全部帮扶对象")] string? HouseholdTypes,
    [property: FromQuery(Name = "category"), Description("监测对象类别 1 至 3,仅统计表 8")] string? Category,
    [property: FromQuery(Name = "risk"), Description("风险类型代码,如 01,仅统计表 8")] string? Risk,
    [property: FromQuery(Name = "year"), Description("统计年度;不填为当前年度")] string? Year)
{
    internal Outcome<(Region Region, StatisticQuery Query)> Read(IRegions regions, TimeProvider clock)
    {
        if (regions.Tree.Find(Code) is not { } region) return RegionErrors.NotFound;
        var query = StatisticQuery.Parse(Number, HouseholdTypes, Category, Risk, Year, StatisticEndpoints.Today(clock));
        return query.As(q => (region, q));
    }
}

/// <summary>Which figure to open, and which page of it.</summary>
/// <param name="Cell">A column's id, in statistic 8 <c>{id}@{row key}</c>. The row is the region in the path.</param>
/// <param name="After"><c>next</c> of the page before.</param>
/// <param name="Limit">1 to 200, 50 when missing.</param>
public sealed record FigureRequest(
    [property: FromQuery(Name = "cell"), Description("列标识,如 persons;统计表 8 为 列标识@行标识,如 newHouseholds@202403")] string? Cell,
    [property: FromQuery(Name = "after"), Description("上一页的 next")] string? After,
    [property: FromQuery(Name = "limit"), Description("每页户数,1 至 200,默认 50")] int? Limit)
{
    internal static bool TryPlace(string? after, out ContributionPlace? place)
    {
        place = null;
        if (string.IsNullOrEmpty(after)) return true;
        if (after.Length < RegionCode.Digits + 2 || after[RegionCode.Digits] != '.') return false;
        if (!RegionCode.TryParse(after[..RegionCode.Digits], out var village)) return false;
        place = new ContributionPlace(village, after[(RegionCode.Digits + 1)..]);
        return true;
    }
}
