using FangFanPin.Api.Shared;
using FangFanPin.Contracts;
using FangFanPin.Contracts.Cases;
using FangFanPin.Domain;
using FangFanPin.Domain.Cases;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Regions;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FangFanPin.Api.Cases;

/// <param name="Id">Made by the phone: sent again after a lost answer, it is the same visit.</param>
/// <param name="VisitType">Code of list VisitType.</param>
/// <param name="VisitedAt">By the phone's clock, with its offset.</param>
/// <param name="Attachments">Sent before to <c>/case-attachments</c>.</param>
/// <param name="SeenVersion">Of the household as the visitor had it before them.</param>
public sealed record VisitRequest(
    Guid Id, string HouseholdCode, string VisitType, DateTimeOffset VisitedAt, string Findings, bool RiskFound, decimal? Longitude = null, decimal? Latitude = null,
    IReadOnlyList<Guid>? Attachments = null, long? SeenVersion = null);

/// <param name="ReceivedAt">By the server's clock.</param>
/// <param name="ClockDiffers">The phone's clock was ahead of the server's by more than ten minutes.</param>
/// <param name="HouseholdChanged">The household has changed since the visitor looked: nothing of it was overwritten.</param>
/// <param name="CaseId">The recognition that the visit opened, or the open one that it became a clue of.</param>
/// <param name="Note">Why there is no case although a risk was found.</param>
public sealed record VisitResponse(
    Guid Id, string HouseholdCode, string VisitType, DateTimeOffset VisitedAt, DateTimeOffset ReceivedAt, string Account, string Findings, bool RiskFound, decimal? Longitude, decimal? Latitude,
    IReadOnlyList<Guid> Attachments, bool ClockDiffers, bool HouseholdChanged, string? CaseId, string? Note);

/// <param name="Visit">What is kept: with code visit.conflict, the one that came first.</param>
public sealed record VisitResult(Guid Id, VisitResponse? Visit, string? Code, string? Message);

public sealed record VisitBatchRequest(IReadOnlyList<VisitRequest> Items);

public sealed record VisitBatchResponse(IReadOnlyList<VisitResult> Items);

/// <summary>干部走访: recorded where there is no network, sent when there is one, any number of times.</summary>
public static class VisitEndpoints
{
    private const int BatchMax = 50, ListMax = 100;

    public static void MapVisits(this IEndpointRouteBuilder api)
    {
        api.MapPost("/visits", SendAsync).WithTags("走访").WithSummary("上报走访记录(可离线攒批;重复上报无害,已有记录不被覆盖)").Requires(Permission.HandleCases, Area.InBody);
        api.MapGet("/households/{code}/visits", ListAsync).WithTags("走访").WithSummary("一户的走访记录").Requires(Permission.ReadCases, Area.OfHousehold("code"));
        api.MapGet("/operations/cases", HealthAsync).WithTags("业务办理").WithSummary("在办业务自查:无期限、无承办、未巡查的数量").Requires(Permission.Operate, Area.Own);
    }

    private static async Task<Ok<CaseHealth>> HealthAsync(ICaseHealth health, TimeProvider clock, CancellationToken ct) => TypedResults.Ok(await health.CheckAsync(clock.GetUtcNow(), ct));

    private static async Task<Results<Ok<VisitBatchResponse>, ProblemHttpResult>> SendAsync(VisitBatchRequest body, Caller caller, VisitDesk desk, CancellationToken ct)
    {
        if (body.Items is not { Count: > 0 and <= BatchMax }) return Problems.From(CaseRequestErrors.BatchTooLarge);
        var results = new List<VisitResult>(body.Items.Count);
        foreach (var item in body.Items) results.Add(await desk.RecordAsync(item, caller, ct)); // in the order of the phone: a later visit may meet the case of an earlier one
        return results.TrueForAll(r => r.Code == AreaErrors.OutsideArea.Code) ? Problems.From(AreaErrors.OutsideArea) : TypedResults.Ok(new VisitBatchResponse(results));
    }

    private static async Task<Ok<IReadOnlyList<VisitResponse>>> ListAsync(string code, IVisits visits, CancellationToken ct) =>
        TypedResults.Ok<IReadOnlyList<VisitResponse>>([.. (await visits.OfHouseholdAsync(code, ListMax, ct)).Select(v => VisitDesk.Shown(v, false, null))]);
}

/// <summary>Keeps a visit first, then lets it lead to a case: whatever is lost on the way, the next attempt goes on.</summary>
internal sealed class VisitDesk(
    IVisits visits, ICaseAttachments attachments, IGrainFactory grains, IHouseholdReader households, TimeProvider clock, [FromKeyedServices(AreaKinds.Household)] IAreaOf areas)
{
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromMinutes(10);

    public async Task<VisitResult> RecordAsync(VisitRequest request, Caller caller, CancellationToken ct)
    {
        var visit = VisitOf(request);
        if (await areas.FindAsync(visit.HouseholdCode, ct) is not { } village) return Refused(visit.Id, CaseErrors.UnknownHousehold);
        if (!caller.Covers(village)) return Refused(visit.Id, AreaErrors.OutsideArea);
        var faults = VisitErrors.Faults(visit, clock.GetUtcNow());
        if (faults.Count > 0) return Refused(visit.Id, faults[0]);
        var kept = await visits.KeepAsync(new KeptVisit(visit, village.ToString(), caller.Name, clock.GetUtcNow(), null), ct);
        if (kept.Actor != caller.Name || !kept.Visit.ContentHash().AsSpan().SequenceEqual(visit.ContentHash()))
            return Refused(visit.Id, VisitErrors.Conflict) with { Visit = kept.Actor == caller.Name ? Shown(kept, false, null) : null };
        var (caseId, note) = kept.CaseId is null && visit.RiskFound ? await LeadAsync(visit, caller, ct) : (kept.CaseId, null);
        if (caseId is not null && kept.CaseId is null) await visits.LinkAsync(visit.Id, caseId, ct);
        return new VisitResult(visit.Id, Shown(kept with { CaseId = caseId }, await ChangedAsync(visit, ct), note), null, null);
    }

    /// <summary>A new recognition, or a clue for the procedure that is open already.</summary>
    private async Task<(string? CaseId, string? Note)> LeadAsync(Visit visit, Caller caller, CancellationToken ct)
    {
        var id = CaseRequests.CaseOf("visit", visit.Id);
        var foundOn = ChinaTime.DayOf(visit.VisitedAt < clock.GetUtcNow() ? visit.VisitedAt : clock.GetUtcNow());
        var files = await attachments.UsableAsync(visit.Attachments, id.Id, caller.Name, ct) ? visit.Attachments : [];
        var report = new ReportRisk { HouseholdCode = visit.HouseholdCode, RiskSource = "2", FoundOn = foundOn, Opinion = visit.Findings, Attachments = files };
        var answer = await grains.Case(id).ExecuteAsync(new CaseCommand { CommandId = visit.Id, Actor = Desk.ActorOf(caller), Change = report }, ct);
        if (answer.Errors.Count == 0) return (id.Id, null);
        if (answer.OpenCase is not { } open) return (null, answer.Errors[0].Message);
        var clue = new AttachClue { RiskSource = "2", FoundOn = foundOn, Text = visit.Findings, Attachments = files };
        var attached = await grains.Case(CaseKey.Of(open)).ExecuteAsync(new CaseCommand { CommandId = visit.Id, Actor = Desk.ActorOf(caller), Change = clue }, ct);
        return attached.Errors.Count == 0 ? (open, null) : (null, attached.Errors[0].Message);
    }

    private async Task<bool> ChangedAsync(Visit visit, CancellationToken ct) =>
        visit.SeenVersion is { } seen && await households.FindAsync(visit.HouseholdCode, ct) is { } now && now.Version != seen;

    public static VisitResponse Shown(KeptVisit kept, bool changed, string? note) => new(
        kept.Visit.Id, kept.Visit.HouseholdCode, kept.Visit.VisitType, kept.Visit.VisitedAt, kept.ReceivedAt, kept.Actor, kept.Visit.Findings, kept.Visit.RiskFound,
        kept.Visit.Longitude, kept.Visit.Latitude, kept.Visit.Attachments, kept.Visit.VisitedAt - kept.ReceivedAt > ClockTolerance, changed, kept.CaseId, note);

    private static VisitResult Refused(Guid id, DomainError error) => new(id, null, error.Code, error.Message);

    private static Visit VisitOf(VisitRequest request) => new()
    {
        Id = request.Id, HouseholdCode = request.HouseholdCode ?? "", VisitType = request.VisitType ?? "", VisitedAt = request.VisitedAt, Longitude = request.Longitude,
        Latitude = request.Latitude, Findings = request.Findings?.Trim() ?? "", RiskFound = request.RiskFound, Attachments = [.. request.Attachments ?? []], SeenVersion = request.SeenVersion,
    };
}
