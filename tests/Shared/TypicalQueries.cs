using FangFanPin.Domain.Households;
using FangFanPin.Domain.Regions;
using FangFanPin.Domain.Statistics;

namespace FangFanPin.Tests.Shared;

/// <summary>What people ask the lists for, as a request and as a query.</summary>
/// <param name="Request">Behind <c>region=…</c>; numbers of people go into a body instead.</param>
/// <param name="Persons">Of the list of people; otherwise of households.</param>
public sealed record TypicalQuery(string Name, string Request, bool Persons, Func<HouseholdQuery, HouseholdQuery> Asks)
{
    private string Path(string region) => $"/api/v1/{(Persons ? "persons" : "households")}?region={region}{(Request.Length > 0 ? "&" + Request : "")}";

    /// <summary>The address alone, or with a blank and the body behind it when a number of a household's people is asked for.</summary>
    public string Call(string region)
    {
        if (Request.Split('=') is not [("certificate" or "phone") and var name, var value]) return Path(region);
        return $"/api/v1/households/search {{\"region\":\"{region}\",\"{name}\":\"{value}\"}}";
    }

    public HouseholdQuery Of(RegionCode region) => Asks(new HouseholdQuery { Region = region });
}

/// <summary>Twelve, with conditions that come often and seldom, alone and together.</summary>
public static class TypicalQueries
{
    private static readonly HouseholdTypeFilter Open = HouseholdTypeFilter.Of([HouseholdTypeFilter.Options[2]]);
    private static readonly HouseholdTypeFilter NoPolicy = HouseholdTypeFilter.Of([HouseholdTypeFilter.Options[1]]);

    /// <summary>Those who are 90 and more in the summer of 2026.</summary>
    private static readonly DateOnly Old = new(1936, 7, 1);

    public static IReadOnlyList<TypicalQuery> All { get; } =
    [
        new("everybody", "", false, q => q),
        new("type", "type=2", false, q => q with { Classes = NoPolicy.Classes }),
        new("type, category and year", "type=3&category=3&recognizedYear=2023", false,
            q => q with { Classes = Open.Classes, MonitorCategory = "3", RiskEliminated = null, RecognizedYear = 2023 }),
        new("risk and elimination", "risk=09&eliminated=0", false, q => q with { RiskType = "09", RiskEliminated = "0" }),
        new("income", "incomeBelow=4000&status=1", false, q => q with { IncomeBelow = 4000, Status = "1" }),
        new("name", "name=王秀英", false, q => q with { Name = "王秀英" }),
        new("part of a name", "name=秀兰&category=1", false, q => q with { Name = "秀兰", MonitorCategory = "1" }),
        new("certificate", "certificate=80016", false, q => q with { Certificate = "80016" }),
        new("phone", "phone=10000", false, q => q with { Phone = "10000" }),
        new("age of a member", "ageFrom=90&risk=07", false, q => q with { BornTo = Old, RiskType = "07" }),
        new("people by age and sex", "ageFrom=90&type=3", true, q => q with { BornTo = Old, Classes = Open.Classes }),
        new("people by name", "name=李桂", true, q => q with { Name = "李桂" }),
    ];
}
