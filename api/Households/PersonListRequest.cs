using System.Globalization;
using FangFanPin.Domain;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Regions;
using Microsoft.AspNetCore.Mvc;

namespace FangFanPin.Api.Households;

/// <summary>What is asked of the people alone; the conditions on their households are those of <see cref="HouseholdListRequest"/>.</summary>
internal sealed record PersonListRequest
{
    /// <summary>Code of list Sex.</summary>
    [FromQuery(Name = "sex")] public string? Sex { get; init; }

    /// <summary>Code of list MemberStatus; an empty one counts as active.</summary>
    [FromQuery(Name = "memberStatus")] public string? MemberStatus { get; init; }

    public Outcome<PersonQuery> ToQuery(HouseholdListRequest household, RegionTree tree, DateOnly today)
    {
        var conditions = household.ToConditions(tree, today);
        if (!conditions.Ok) return new Outcome<PersonQuery> { Errors = conditions.Errors };
        if (!PersonCursor.TryParse(household.After, out var after)) return HouseholdRequestErrors.BadCursor;
        return new PersonQuery
        {
            Household = conditions.Value!,
            Sex = string.IsNullOrWhiteSpace(Sex) ? null : Sex.Trim(),
            MemberStatus = string.IsNullOrWhiteSpace(MemberStatus) ? null : MemberStatus.Trim(),
            After = after,
            Limit = conditions.Value!.Limit,
        };
    }
}

/// <summary>A place in a list of people as one word: the village, how long the household's code is, that code, and the person's.</summary>
internal static class PersonCursor
{
    private const int LengthDigits = 3;

    public static string Of(PersonPlace place) =>
        string.Create(CultureInfo.InvariantCulture, $"{place.Village}{place.Household.Length:D3}{place.Household}{place.Person}");

    public static bool TryParse(string? text, out PersonPlace? place)
    {
        place = null;
        if (string.IsNullOrEmpty(text)) return true;
        var start = RegionCode.Digits + LengthDigits;
        if (text.Length <= start || !RegionCode.TryParse(text[..RegionCode.Digits], out _)) return false;
        if (!int.TryParse(text.AsSpan(RegionCode.Digits, LengthDigits), NumberStyles.None, CultureInfo.InvariantCulture, out var length) || text.Length < start + length) return false;
        var person = text[(start + length)..];
        place = new PersonPlace(text[..RegionCode.Digits], text[start..(start + length)], person.Length == 0 ? null : person);
        return true;
    }
}
