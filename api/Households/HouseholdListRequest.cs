using System.Text.RegularExpressions;
using FangFanPin.Domain;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Regions;
using FangFanPin.Domain.Statistics;
using Microsoft.AspNetCore.Mvc;

namespace FangFanPin.Api.Households;

/// <summary>Conditions of a list; all hold together. In an address, or by the same names in a body, which alone takes numbers of people.</summary>
internal sealed partial record HouseholdListRequest
{
    private const int TextMax = 50;
    private const int AfterMax = 300;
    private const int NameMinWide = 2;
    private const int AgeMax = 150;
    private const int YearMin = 2000;
    private const int YearMax = 2100;

    /// <summary>Twelve digits, at any level.</summary>
    [FromQuery(Name = "region")] public string? Region { get; init; }

    /// <summary>One text for all: a certificate number, its last six, a phone number, or the beginning of a name.</summary>
    [FromQuery(Name = "q")] public string? Q { get; init; }

    /// <summary>户类型, as in the statistics: any of 1 to 4 with commas.</summary>
    [FromQuery(Name = "type")] public string? Type { get; init; }
    [FromQuery(Name = "category")] public string? Category { get; init; }
    [FromQuery(Name = "risk")] public string? Risk { get; init; }

    /// <summary>风险是否已消除: 1 or 0.</summary>
    [FromQuery(Name = "eliminated")] public string? Eliminated { get; init; }
    [FromQuery(Name = "status")] public string? Status { get; init; }

    /// <summary>人均纯收入, newest year, yuan: at least, and less than.</summary>
    [FromQuery(Name = "incomeFrom")] public decimal? IncomeFrom { get; init; }
    [FromQuery(Name = "incomeBelow")] public decimal? IncomeBelow { get; init; }

    /// <summary>Year of 识别监测时间, likewise of 消除监测时间.</summary>
    [FromQuery(Name = "recognizedYear")] public int? RecognizedYear { get; init; }
    [FromQuery(Name = "eliminatedYear")] public int? EliminatedYear { get; init; }

    /// <summary>Completed years today, both included: of a household, some active member.</summary>
    [FromQuery(Name = "ageFrom")] public int? AgeFrom { get; init; }
    [FromQuery(Name = "ageTo")] public int? AgeTo { get; init; }

    /// <summary>A part of a name; above town level its beginning, or the last two characters of a head's.</summary>
    [FromQuery(Name = "name")] public string? Name { get; init; }
    [FromQuery(Name = "certificate")] public string? Certificate { get; init; }
    [FromQuery(Name = "lastSix")] public string? LastSix { get; init; }
    [FromQuery(Name = "phone")] public string? Phone { get; init; }

    /// <summary><c>next</c> of the page before.</summary>
    [FromQuery(Name = "after")] public string? After { get; init; }

    /// <summary>1 to 200, 50 if not given.</summary>
    [FromQuery(Name = "limit")] public int? Limit { get; init; }

    /// <param name="today">Ages are of this day.</param>
    public Outcome<HouseholdQuery> ToQuery(RegionTree tree, DateOnly today)
    {
        var conditions = ToConditions(tree, today);
        if (!conditions.Ok) return conditions;
        return HouseholdCursor.TryParse(After, out var after) ? conditions.Value! with { After = after } : HouseholdRequestErrors.BadCursor;
    }

    /// <summary>Everything but the place in the list.</summary>
    public Outcome<HouseholdQuery> ToConditions(RegionTree tree, DateOnly today)
    {
        if (tree.Find(Region) is not { } region) return RegionErrors.NotFound;
        if (Texts().Any(t => t?.Length > TextMax) || After?.Length > AfterMax) return HouseholdRequestErrors.LongText;
        if (!HouseholdTypeFilter.TryParse(Type, out var type)) return HouseholdRequestErrors.BadType;
        if (Risk?.All(char.IsAsciiLetterOrDigit) == false) return HouseholdRequestErrors.BadRisk; // other signs lead to rows that are no risk's
        if (Limit is < 1 or > HouseholdQuery.LimitMax) return HouseholdRequestErrors.BadLimit;
        if (AgeFrom is < 0 or > AgeMax || AgeTo is < 0 or > AgeMax || AgeFrom > AgeTo) return HouseholdRequestErrors.BadAge;
        if (RecognizedYear is < YearMin or > YearMax || EliminatedYear is < YearMin or > YearMax) return HouseholdRequestErrors.BadYear;
        var query = Asking(new HouseholdQuery { Region = region.Code }) with
        {
            Classes = type == HouseholdTypeFilter.All ? null : type.Classes,
            MonitorCategory = Given(Category),
            RiskType = Given(Risk),
            RiskEliminated = Given(Eliminated),
            Status = Given(Status),
            IncomeFrom = IncomeFrom,
            IncomeBelow = IncomeBelow,
            RecognizedYear = RecognizedYear,
            EliminatedYear = EliminatedYear,
            BornTo = AgeFrom is { } least ? today.AddYears(-least) : null,
            BornFrom = AgeTo is { } most ? today.AddYears(-most - 1).AddDays(1) : null,
            Limit = Limit ?? new HouseholdQuery { Region = region.Code }.Limit,
        };
        return query.Name?.Length < NameMinWide && region.Level < RegionLevel.Town ? HouseholdRequestErrors.ShortName : query;
    }

    private HouseholdQuery Asking(HouseholdQuery query)
    {
        query = query with { Name = Given(Name), Certificate = Given(Certificate), CertificateLastSix = Given(LastSix), Phone = Given(Phone) };
        return Given(Q) switch
        {
            null => query,
            var q when LooksLikeCertificate().IsMatch(q) => query with { Certificate = q },
            var q when LooksLikeLastSix().IsMatch(q) => query with { CertificateLastSix = q },
            var q when LooksLikePhone().IsMatch(q) => query with { Phone = q },
            var q => query with { Name = q },
        };
    }

    private IEnumerable<string?> Texts() => [Q, Category, Risk, Eliminated, Status, Name, Certificate, LastSix, Phone];

    /// <summary>Whether the one text for all would be looked for among certificates or phones.</summary>
    internal static bool IsNumberOfAPerson(string? q) =>
        Given(q) is { } text && (LooksLikeCertificate().IsMatch(text) || LooksLikeLastSix().IsMatch(text) || LooksLikePhone().IsMatch(text));

    private static string? Given(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();

    [GeneratedRegex("^([0-9]{15}|[0-9]{17}[0-9Xx].{0,4})$")] private static partial Regex LooksLikeCertificate();
    [GeneratedRegex("^[0-9]{5}[0-9Xx]$")] private static partial Regex LooksLikeLastSix();
    [GeneratedRegex("^[+0-9][0-9 -]{6,}$")] private static partial Regex LooksLikePhone();
}

/// <summary>A place in a list as one word: the village's twelve digits, then the household's code.</summary>
internal static class HouseholdCursor
{
    public static string Of(HouseholdPlace place) => place.Village + place.Code;

    public static bool TryParse(string? text, out HouseholdPlace? place)
    {
        place = null;
        if (string.IsNullOrEmpty(text)) return true;
        if (text.Length <= RegionCode.Digits || !RegionCode.TryParse(text[..RegionCode.Digits], out _)) return false;
        place = new HouseholdPlace(text[..RegionCode.Digits], text[RegionCode.Digits..]);
        return true;
    }
}
