using FangFanPin.Contracts;
using System.Text.Json;
using FangFanPin.Api.Shared;
using FangFanPin.Contracts.Households;
using FangFanPin.Domain;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Regions;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FangFanPin.Api.Households;

/// <summary>Changes by people: one endpoint, the change in the body with its <c>kind</c>.</summary>
internal static class CommandEndpoint
{
    public static void MapCommands(this IEndpointRouteBuilder households) => households
        .MapPost("/{code}/commands", ExecuteAsync)
        .WithSummary("修改一户")
        .WithDescription("""
            请求头 Idempotency-Key(GUID)必填,同一编号重复提交只生效一次;修改已有档案时 If-Match 必填,取读取时的 ETag。
            请求体例:{"kind":"amend","Fields":{"MemberCount":3}};
            {"kind":"register","Fields":{"AreaCode":"411622101201","HeadName":"王某"},"Members":[{"PersonCode":"01","Name":"王某"}]};
            {"kind":"record-income","StatYear":2025,"Fields":{"NetPerCapita":"12000.50"}}。
            """)
        .Accepts<JsonElement>("application/json")
        .Requires(Permission.ChangeHouseholds, Area.InBody);

    private static async Task<Results<Ok<CommandResponse>, ProblemHttpResult>> ExecuteAsync(
        string code, HttpRequest request, Caller caller, IGrainFactory grains, CommandArea areas, IHouseholdReader reader, CancellationToken ct)
    {
        var read = await CommandRequest.ReadAsync(code, request, ct);
        if (!read.Ok) return Problems.From(read.Errors);
        var command = read.Value!;
        if (await areas.RefusalAsync(command, caller, ct) is { } refusal) return Problems.From(refusal);
        var answer = await grains.Household(command.Key.Code).ExecuteAsync(new HouseholdCommand
        {
            CommandId = command.CommandId,
            ExpectedVersion = command.SeenVersion,
            Actor = caller.ToActor(),
            Change = command.Change,
        }, ct);
        if (answer.Errors.Count > 0) return Problems.From(answer.Errors, await CurrentAsync(answer.Errors[0], code, caller, reader, ct));
        request.HttpContext.Response.Headers.ETag = VersionHeader.Of(answer.Version);
        return TypedResults.Ok(new CommandResponse(code, answer.Version, answer.Changed));
    }

    /// <summary>Whoever was too late sees what is there now, if it is still theirs to see.</summary>
    private static async Task<HouseholdResponse?> CurrentAsync(DomainError error, string code, Caller caller, IHouseholdReader reader, CancellationToken ct)
    {
        if (error.Code != HouseholdErrors.StaleVersion.Code || await reader.FindAsync(code, ct) is not { } now) return null;
        return RegionCode.TryParse(now.File.Household.AreaCode, out var village) && caller.Covers(village) ? HouseholdResponse.From(now) : null;
    }
}

/// <summary>The area rule of a change: the household's village, and the one that it comes to.</summary>
internal sealed class CommandArea([FromKeyedServices(AreaKinds.Household)] IAreaOf areas, IVillages villages)
{
    /// <returns>Null when the caller covers every village that the change touches.</returns>
    public async ValueTask<DomainError?> RefusalAsync(CommandRequest command, Caller caller, CancellationToken ct)
    {
        var village = await areas.FindAsync(command.Key.Code, ct);
        if (village is { } here && !caller.Covers(here)) return AreaErrors.OutsideArea;
        if (village is null && command.Change is not RegisterHousehold) return HouseholdErrors.NotFound;
        if (village is not null && command.SeenVersion is null && command.Change is not RegisterHousehold) return HouseholdErrors.VersionRequired;
        return command.Change switch
        {
            RegisterHousehold register => Into(register.Fields["AreaCode"], caller, "AreaCode"),
            MoveHousehold move => Into(move.ToVillage, caller, "ToVillage"),
            _ => null,
        };
    }

    private DomainError? Into(string? text, Caller caller, string field)
    {
        if (!RegionCode.TryParse(text, out var village) || villages.Find(text) is null) return HouseholdErrors.UnknownVillage with { Field = field };
        return caller.Covers(village) ? null : HouseholdErrors.OutsideArea with { Field = field };
    }
}
