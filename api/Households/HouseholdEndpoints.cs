using FangFanPin.Api.Shared;
using FangFanPin.Domain;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Records;
using FangFanPin.Domain.Regions;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FangFanPin.Api.Households;

/// <summary>Reading households and their past. Personal numbers are masked in every answer.</summary>
public static class HouseholdEndpoints
{
    private const int HistoryDefault = 50;

    public static void MapHouseholds(this IEndpointRouteBuilder api)
    {
        var group = api.MapGroup("/households").WithTags("农户档案");
        group.MapGet("", List).WithSummary("查询农户").WithDescription("证件号码、电话不能写在网址里,请用 POST /api/v1/households/search。")
            .Requires(Permission.ReadHouseholds, Area.FromQuery("region")).RefusesNumbersInAddress();
        group.MapPost("/search", Search).WithSummary("按证件号码、电话等查询农户").WithDescription("条件与 GET /api/v1/households 相同,写在请求体中。")
            .Requires(Permission.ReadHouseholds, Area.InBody);
        group.MapGet("/{code}", Get).WithSummary("一户档案").Requires(Permission.ReadHouseholds, Area.OfHousehold("code"));
        group.MapGet("/{code}/history", History).WithSummary("变更记录").Requires(Permission.ReadHouseholds, Area.OfHousehold("code"));
        group.MapGet("/{code}/history/{version:long}", At).WithSummary("某一版本的档案").Requires(Permission.ReadHouseholds, Area.OfHousehold("code"));
        group.MapGet("/{code}/fields/{path}/history", FieldHistory).WithSummary("一个字段的变更记录").Requires(Permission.ReadHouseholds, Area.OfHousehold("code"));
        group.MapCommands();
        api.MapWorkbook();
        api.MapPersons();
    }

    private static async Task<Results<Ok<HouseholdListResponse>, ProblemHttpResult>> List(
        [AsParameters] HouseholdListRequest request, IRegions regions, IHouseholdSearch search, TimeProvider clock, CancellationToken ct)
    {
        var query = request.ToQuery(regions.Tree, ChinaTime.DayOf(clock.GetUtcNow()));
        if (!query.Ok) return Problems.From(query.Errors);
        var page = await search.FindAsync(query.Value!, ct);
        return TypedResults.Ok(new HouseholdListResponse(
            [.. page.Lines.Select(HouseholdLineResponse.From)], page.Next is { } next ? HouseholdCursor.Of(next) : null));
    }

    /// <summary>The same list; numbers of people stand in the body.</summary>
    private static async Task<Results<Ok<HouseholdListResponse>, ProblemHttpResult>> Search(
        HouseholdListRequest body, Caller caller, IRegions regions, IHouseholdSearch search, TimeProvider clock, CancellationToken ct)
    {
        if (!RegionCode.TryParse(body.Region, out var region)) return Problems.From(AreaErrors.BadCode);
        return caller.Covers(region) ? await List(body, regions, search, clock, ct) : Problems.From(AreaErrors.OutsideArea);
    }

    private static async Task<Results<Ok<HouseholdResponse>, ProblemHttpResult>> Get(
        string code, IHouseholdReader reader, HttpResponse response, CancellationToken ct)
    {
        if (await reader.FindAsync(code, ct) is not { } household) return Problems.From(HouseholdErrors.NotFound);
        response.Headers.ETag = VersionHeader.Of(household.Version);
        return TypedResults.Ok(HouseholdResponse.From(household));
    }

    /// <summary>Newest first.</summary>
    private static async Task<Results<Ok<HouseholdHistoryResponse>, ProblemHttpResult>> History(
        string code, long? before, int? limit, IHouseholdHistory history, CancellationToken ct)
    {
        if (limit is < 1 or > HouseholdHistoryLimits.PageMax) return Problems.From(HouseholdRequestErrors.BadLimit);
        var most = limit ?? HistoryDefault;
        var changes = await history.ChangesAsync(code, before, most, ct);
        long? next = changes.Count == most && changes[^1].Version > 1 ? changes[^1].Version : null;
        return TypedResults.Ok(new HouseholdHistoryResponse([.. changes.Select(HouseholdChangeResponse.From)], next));
    }

    private static async Task<Results<Ok<HouseholdResponse>, ProblemHttpResult>> At(
        string code, long version, IHouseholdHistory history, CancellationToken ct) =>
        await history.AtAsync(code, version, ct) is { } past
            ? TypedResults.Ok(HouseholdResponse.From(code, past))
            : Problems.From(HouseholdRequestErrors.NoVersion);

    private static async Task<Results<Ok<IReadOnlyList<FieldVersionResponse>>, ProblemHttpResult>> FieldHistory(
        string code, string path, IHouseholdHistory history, CancellationToken ct)
    {
        if (!FieldPath.TryParse(path, out var field)) return Problems.From(HouseholdRequestErrors.BadField);
        var known = EntityMap.Named(field.Entity)!.Find(field.Field) is not null;
        var versions = await history.OfFieldAsync(code, field.Entity, field.Key, field.Field, ct);
        return TypedResults.Ok<IReadOnlyList<FieldVersionResponse>>([.. versions.Select(v => new FieldVersionResponse(
            v.Version, v.At, v.Account, v.Kind, Masking.Shown(field.Field, v.Old, known), Masking.Shown(field.Field, v.New, known)))]);
    }
}
