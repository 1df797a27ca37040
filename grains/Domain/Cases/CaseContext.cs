using FangFanPin.Domain.Dictionary;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Records;
using FangFanPin.Domain.Regions;

namespace FangFanPin.Domain.Cases;

/// <summary>Which areas handle a village's cases, by the region tree as it is today.</summary>
public interface ICaseAreas
{
    /// <returns>The region of that level above the village, or the nearest above where the level is missing; null when there is no such village today.</returns>
    Region? HandlerOf(string village, RegionLevel level);

    /// <returns>Null when there is no such region today.</returns>
    RegionLevel? LevelOf(string region);

    /// <summary>Whether <paramref name="code"/> is <paramref name="region"/> or below it.</summary>
    bool IsWithin(string region, string code);
}

/// <inheritdoc cref="ICaseAreas"/>
public sealed class CaseAreas(IRegions regions) : ICaseAreas
{
    public Region? HandlerOf(string village, RegionLevel level) =>
        regions.Tree.Find(village) is { Level: RegionLevel.Village } there ? regions.Tree.PathTo(there.Code).Last(r => r.Level <= level) : null;

    public RegionLevel? LevelOf(string region) => regions.Tree.Find(region)?.Level;

    public bool IsWithin(string region, string code) =>
        RegionCode.TryParse(region, out var ancestor) && RegionCode.TryParse(code, out var below) && regions.Tree.Contains(ancestor, below);
}

/// <summary>Who acts. An officer acts for a step only from the very area that handles it.</summary>
public sealed record CaseActor(CaseParty Party, Actor Actor)
{
    public const string ApplicantAccount = "applicant";

    public static readonly CaseActor System = new(CaseParty.System, Actor.System);

    public static CaseActor Applicant(string village) => new(CaseParty.Applicant, new Actor(ApplicantAccount, "申报人", "applicant", village));
    public static CaseActor Officer(Actor actor) => new(CaseParty.Officer, actor);
}

/// <summary>What a decision about a case knows of the household in the register.</summary>
/// <param name="Exited">脱贫户.</param>
/// <param name="Current">The newest episode, whether eliminated or not.</param>
public sealed record HouseholdFacts(string Code, string? Village, bool Active, string? HeadName, bool NoLabour, bool Exited, RiskEpisode? Current)
{
    /// <summary>脱贫户, of list HouseholdType.</summary>
    private const string ExitedHousehold = "1";

    /// <summary>The comparison with the national system found the newest episode there.</summary>
    public bool InNationalSystem => Current?.InNationalSystem == YesNo.Yes;

    /// <summary>Active members with labour, half or weak included.</summary>
    public bool HasLabour { get; init; }

    /// <summary>Codes of the active members.</summary>
    public IReadOnlyCollection<string> Persons { get; init; } = [];

    /// <summary>Categories of the measures that the file has and that have not ended.</summary>
    public IReadOnlyCollection<string> MeasureCategories { get; init; } = [];

    /// <summary>The national code under which an archived file goes on.</summary>
    public string? Successor { get; init; }

    /// <summary>Those measures themselves.</summary>
    public IReadOnlyList<Measure> Standing { get; init; } = [];

    /// <summary>The national system may have given the episode a number of its own meanwhile.</summary>
    public bool IsMonitoredIn(MeasurePlan plan) => Monitored && (Current!.EpisodeId == plan.EpisodeId || plan.EpisodeNo is { } no && Current.EpisodeNo == no);

    public bool Monitored => Current is { RiskEliminated: not YesNo.Yes };

    public static HouseholdFacts Of(string code, HouseholdFile file) => new(
        code, file.Household.AreaCode, file.IsActive, file.Household.HeadName, file.Household.NoLaborBottomLine == YesNo.Yes,
        file.Household.HouseholdType == ExitedHousehold, Monitoring.Current(code, file))
    {
        Successor = file.Household.Extra?.GetValueOrDefault(PlatformCode.SuccessorIndicator),
        HasLabour = file.ActiveMembers.Any(m => m.Labor is "1" or "2" or "5"),
        Persons = [.. file.ActiveMembers.Select(m => m.PersonCode).OfType<string>()],
        MeasureCategories = [.. file.Measures.Where(Stands).Select(m => m.Category).OfType<string>().Distinct()],
        Standing = [.. file.Measures.Where(Stands)],
    };

    private static bool Stands(Measure measure) => measure.Status is not (MeasureStates.Finished or MeasureStates.Stopped) && measure is not { Status: null, EndedOn: not null };
}

/// <summary>What a decision may know beside the case itself.</summary>
/// <param name="Id">From the grain's key.</param>
/// <param name="Household">Of the change, or else of the case; null when there is none.</param>
public sealed record CaseContext(
    string Id, CaseActor Actor, DateTimeOffset Now, CaseParameters Parameters, ICaseAreas Areas, DataDictionary Dictionary, HouseholdFacts? Household)
{
    /// <summary>The open procedure of the same household, which has been given this clue already.</summary>
    public string? Joined { get; init; }

    public DateOnly Today => ChinaTime.DayOf(Now);

    /// <summary>Whether the actor sits in the very area that handles steps of this level for the village.</summary>
    public bool ActsAt(RegionLevel level, string village) =>
        Actor.Party == CaseParty.Officer && Areas.HandlerOf(village, level)?.Code.ToString() == Actor.Actor.Region;

    public RegionLevel? ActorLevel => Actor.Party == CaseParty.Officer ? Areas.LevelOf(Actor.Actor.Region) : null;
}

/// <summary>A change that was allowed: the file after it and what the history says.</summary>
/// <param name="Action">One of <see cref="CaseActions"/>.</param>
public sealed record CaseMove(CaseFile File, string Action)
{
    public FieldTexts Details { get; init; } = FieldTexts.None;

    /// <summary>Made up for: the system was away at the moment when it should have been done.</summary>
    public bool Late { get; init; }

    /// <summary>Said by the system where nobody gave an opinion.</summary>
    public string? Remark { get; init; }
}
