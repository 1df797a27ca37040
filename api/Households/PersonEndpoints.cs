using FangFanPin.Api.Shared;
using FangFanPin.Domain;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Regions;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FangFanPin.Api.Households;

/// <summary>The list of people: one line each, from the columns beside the sealed documents, so that no number of a person is in it.</summary>
internal static class PersonEndpoints
{
    public static void MapPersons(this IEndpointRouteBuilder api)
    {
        var group = api.MapGroup("/persons").WithTags("农户档案");
        group.MapGet("", ListAsync).WithSummary("查询人员").Requires(Permission.ReadHouseholds, Area.FromQuery("region")).RefusesNumbersInAddress();
        group.MapPost("/search", SearchAsync).WithSummary("按证件号码、电话等查询人员").WithDescription("条件与 GET /api/v1/persons 相同,写在请求体中。")
            .Requires(Permission.ReadHouseholds, Area.InBody);
    }

    /// <summary>The same list; numbers of people stand in the body.</summary>
    private static async Task<Results<Ok<PersonListResponse>, ProblemHttpResult>> SearchAsync(
        PersonSearchRequest body, Caller caller, IRegions regions, IHouseholdSearch search, TimeProvider clock, CancellationToken ct)
    {
        if (body.Household is not { } household || !RegionCode.TryParse(household.Region, out var region)) return Problems.From(AreaErrors.BadCode);
        return caller.Covers(region) ? await ListAsync(household, body.Person ?? new(), regions, search, clock, ct) : Problems.From(AreaErrors.OutsideArea);
    }

    private static async Task<Results<Ok<PersonListResponse>, ProblemHttpResult>> ListAsync(
        [AsParameters] HouseholdListRequest households, [AsParameters] PersonListRequest persons, IRegions regions, IHouseholdSearch search,
        TimeProvider clock, CancellationToken ct)
    {
        var query = persons.ToQuery(households, regions.Tree, ChinaTime.DayOf(clock.GetUtcNow()));
        if (!query.Ok) return Problems.From(query.Errors);
        var page = await search.FindAsync(query.Value!, ct);
        return TypedResults.Ok(new PersonListResponse([.. page.Lines.Select(PersonLineResponse.From)], page.Next is { } next ? PersonCursor.Of(next) : null));
    }
}

/// <param name="Household">Conditions on the household; its region is required.</param>
/// <param name="Person">Conditions on the person.</param>
internal sealed record PersonSearchRequest(HouseholdListRequest? Household, PersonListRequest? Person);

/// <param name="Region">Village, twelve digits.</param>
/// <param name="Household">户编号.</param>
/// <param name="Status">自然增减: an empty one counts as active.</param>
public sealed record PersonLineResponse(
    string Code, string Household, string Region, string? Name, string? Sex, DateOnly? BirthDate, string? Status, string? HeadName,
    string? HouseholdStatus, string? HouseholdType, string? PolicyStatus, string? MonitorCategory, string? RiskEliminated)
{
    public static PersonLineResponse From(PersonLine l) => new(
        l.Person, l.Household, l.Village, l.Name, l.Sex, l.BirthDate, l.Status, l.HeadName, l.HouseholdStatus, l.HouseholdType, l.PolicyStatus,
        l.MonitorCategory, l.RiskEliminated);
}

/// <param name="Next">Pass as <c>after</c> for the next page, which may come even after a short one; null on the last.</param>
public sealed record PersonListResponse(IReadOnlyList<PersonLineResponse> Items, string? Next);
