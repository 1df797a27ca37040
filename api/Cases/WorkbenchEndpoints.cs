using System.Text.Json;
using FangFanPin.Api.Shared;
using FangFanPin.Domain;
using FangFanPin.Domain.Cases;
using FangFanPin.Domain.Regions;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;

namespace FangFanPin.Api.Cases;

/// <summary>To-dos of one kind and step.</summary>
public sealed record WorkbenchCount(string Kind, string KindLabel, string Step, string StepLabel, int Count, int Overdue, int DueToday);

/// <param name="Level">Code of list AreaLevel of the caller's region.</param>
/// <param name="Escalated">Late cases of lower levels that were escalated to this one.</param>
public sealed record WorkbenchResponse(string Region, string RegionName, string? Level, int Total, int Overdue, int DueToday, int Escalated, IReadOnlyList<WorkbenchCount> Counts);

/// <summary>What waits for the caller, follows from level and region alone: a colleague sees the same, and nobody's absence orphans a case.</summary>
public static class WorkbenchEndpoints
{
    private const int EscalatedMost = 200;

    public static void MapWorkbench(this IEndpointRouteBuilder api)
    {
        var group = api.MapGroup("/workbench").WithTags("工作台");
        group.MapGet("", Counts).WithSummary("待办数量").Requires(Permission.ReadCases, Area.Own);
        group.MapGet("/items", Items).WithSummary("待办(todo)、下级逾期(escalated)、已办(done)、我发起的(started),逾期在前").Requires(Permission.ReadCases, Area.Own);
        group.MapGet("/events", EventsAsync).WithSummary("待办变化(server-sent events)").Requires(Permission.ReadCases, Area.Own);
    }

    private static async Task<Ok<WorkbenchResponse>> Counts(Caller caller, Desk desk, ICaseSearch search, TimeProvider clock, CancellationToken ct) =>
        TypedResults.Ok(await CountedAsync(caller, desk, search, clock, ct));

    internal static async Task<WorkbenchResponse> CountedAsync(Caller caller, Desk desk, ICaseSearch search, TimeProvider clock, CancellationToken ct)
    {
        var today = ChinaTime.DayOf(clock.GetUtcNow());
        var counts = await search.CountAsync(desk.Of(caller), today, ct);
        var region = desk.Tree.Find(caller.Region);
        var escalated = region is { Level: > RegionLevel.Province and < RegionLevel.Village } ? (await search.FindAsync(Escalated(caller, desk, region.Level, today, EscalatedMost), ct)).Lines.Count : 0;
        return new WorkbenchResponse(
            caller.Region.ToString(), region?.Name ?? "", CaseLabels.Level(region?.Level), counts.Sum(c => c.Count), counts.Sum(c => c.Overdue), counts.Sum(c => c.DueToday), escalated,
            [.. counts.Select(c => new WorkbenchCount(c.Kind, CaseLabels.Kind(c.Kind), c.Step, CaseSteps.Label(c.Kind, c.Step), c.Count, c.Overdue, c.DueToday))]);
    }

    private static CaseQuery Escalated(Caller caller, Desk desk, RegionLevel level, DateOnly today, int limit) =>
        new(VillageRanges.Below(desk.Tree, caller.Region), limit) { EscalatedTo = level, Today = today };

    private static async Task<Results<Ok<CaseListResponse>, ProblemHttpResult>> Items(
        string? tab, string? kind, string? step, bool? overdue, string? after, int? limit, Caller caller, Desk desk, ICaseSearch search, TimeProvider clock, CancellationToken ct)
    {
        if (CaseEndpoints.Page(after, limit, out var cursor) is { } fault) return Problems.From(fault);
        var today = ChinaTime.DayOf(clock.GetUtcNow());
        var all = new CaseQuery(VillageRanges.Below(desk.Tree, caller.Region), limit ?? 50) { Today = today };
        var level = desk.Tree.Find(caller.Region)?.Level ?? RegionLevel.Village;
        var query = tab switch
        {
            null or "todo" => all with { Handled = desk.Of(caller) },
            "escalated" => all with { EscalatedTo = level },
            "done" => all with { DoneBy = caller.Name },
            "started" => all with { OpenedBy = caller.Name },
            _ => null,
        };
        if (query is null) return Problems.From(CaseRequestErrors.BadTab);
        var page = await search.FindAsync(query with { Kind = kind, Step = step, Overdue = overdue, After = cursor }, ct);
        return TypedResults.Ok(CaseEndpoints.Listed(page, desk.Tree, today));
    }

    private static async Task EventsAsync(HttpContext context, Caller caller, Desk desk, CaseFeed feed, ICaseSearch search, IOptions<JsonOptions> json, TimeProvider clock)
    {
        var ct = context.RequestAborted;
        using var subscription = feed.Subscribe(mark => caller.Covers(mark.Village));
        context.Response.ContentType = "text/event-stream; charset=utf-8";
        context.Response.Headers.CacheControl = "no-store";
        try
        {
            while (!ct.IsCancellationRequested)
            {
                var body = JsonSerializer.Serialize(await CountedAsync(caller, desk, search, clock, ct), json.Value.SerializerOptions);
                await context.Response.WriteAsync($"event: workbench\ndata: {body}\n\n", ct);
                await context.Response.Body.FlushAsync(ct);
                while (!await subscription.WaitAsync(ct))
                {
                    await context.Response.WriteAsync(": alive\n\n", ct);
                    await context.Response.Body.FlushAsync(ct);
                }
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // The client went, or the server stops.
        }
    }
}
