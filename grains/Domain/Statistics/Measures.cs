namespace FangFanPin.Domain.Statistics;

/// <summary>What one cell counts.</summary>
/// <param name="Number">In every stored cell: never renumbered or reused. Quality rules begin at <see cref="Measures.RulesFrom"/>.</param>
/// <param name="Version">Rises when the definition changes, so that old and new counts never add up.</param>
/// <param name="Id">Identifier in the API.</param>
/// <param name="Unit">户 or 人.</param>
public sealed record MeasureDefinition(int Number, int Version, string Id, string Label, string Unit);

/// <summary>All measures of statistics 1, 2, 3 and 8. The numbers are the order of cells inside a vector.</summary>
public static class Measures
{
    private const string Heads = "人";
    private const string Homes = "户";

    public static readonly MeasureDefinition Households = new(1, 1, "households", "户数", Homes);
    public static readonly MeasureDefinition Persons = new(2, 1, "persons", "人数", Heads);
    public static readonly MeasureDefinition Male = new(3, 1, "male", "男", Heads);
    public static readonly MeasureDefinition Female = new(4, 1, "female", "女", Heads);
    public static readonly MeasureDefinition SexEmpty = new(5, 1, "sexEmpty", "未填性别", Heads);
    public static readonly MeasureDefinition Minority = new(6, 1, "minority", "少数民族", Heads);
    public static readonly MeasureDefinition Han = new(7, 1, "han", "汉族", Heads);
    public static readonly MeasureDefinition EthnicEmpty = new(8, 1, "ethnicEmpty", "未填民族", Heads);
    public static readonly MeasureDefinition PartyMembers = new(9, 1, "partyMembers", "中共党员", Heads);
    public static readonly MeasureDefinition WorkingAge = new(10, 1, "age16To59", "16-59岁人数", Heads);
    public static readonly MeasureDefinition InSchool = new(11, 1, "inSchool", "在校生", Heads);

    public static readonly MeasureDefinition AgeUnder16 = new(20, 1, "ageUnder16", "16岁以下", Heads);
    public static readonly MeasureDefinition Age16 = new(21, 1, "age16To30", "16-30岁", Heads);
    public static readonly MeasureDefinition Age30 = new(22, 1, "age30To40", "30-40岁", Heads);
    public static readonly MeasureDefinition Age40 = new(23, 1, "age40To50", "40-50岁", Heads);
    public static readonly MeasureDefinition Age50 = new(24, 1, "age50To60", "50-60岁", Heads);
    public static readonly MeasureDefinition Age60 = new(25, 1, "age60AndOver", "60岁以上", Heads);
    public static readonly MeasureDefinition AgeEmpty = new(26, 1, "ageEmpty", "未填", Heads);

    public static readonly MeasureDefinition Chronic = new(30, 1, "chronic", "长期慢性病", Heads);
    public static readonly MeasureDefinition SeriousIllness = new(31, 1, "seriousIllness", "患大病", Heads);
    public static readonly MeasureDefinition Disabled = new(32, 1, "disabled", "残疾", Heads);
    public static readonly MeasureDefinition Healthy = new(33, 1, "healthy", "健康", Heads);
    public static readonly MeasureDefinition HealthEmpty = new(34, 1, "healthEmpty", "未填", Heads);
    public static readonly MeasureDefinition AnyChronic = new(35, 1, "anyChronic", "长期慢性病(含多选)", Heads);
    public static readonly MeasureDefinition AnySeriousIllness = new(36, 1, "anySeriousIllness", "患大病(含多选)", Heads);
    public static readonly MeasureDefinition AnyDisabled = new(37, 1, "anyDisabled", "残疾(含多选)", Heads);
    public static readonly MeasureDefinition AnyHealthy = new(38, 1, "anyHealthy", "健康(含多选)", Heads);
    public static readonly MeasureDefinition SevereDisability = new(39, 1, "severeDisability", "其中一二级残疾", Heads);

    /// <summary>Recognitions; argument <see cref="EpisodeArgument"/> with the episode's own category.</summary>
    public static readonly MeasureDefinition NewEpisodes = new(80, 1, "newHouseholds", "新增户", Homes);

    /// <summary>People at those recognitions.</summary>
    public static readonly MeasureDefinition NewPersons = new(81, 1, "newPersons", "新增人", Heads);

    /// <summary>Recognitions that are not their household's first under the argument's filter; category 0 is "all" here.</summary>
    public static readonly MeasureDefinition RepeatEpisodes = new(82, 1, "repeatHouseholds", "再次识别户", Homes);
    public static readonly MeasureDefinition RepeatPersons = new(83, 1, "repeatPersons", "再次识别人", Heads);

    /// <summary>Numbers from here on belong to quality rules.</summary>
    public const int RulesFrom = 1000;

    /// <summary>Measures below this have argument 0 and fit a small array.</summary>
    internal const int FlatLimit = 64;

    public static IReadOnlyList<MeasureDefinition> All { get; } =
    [
        Households, Persons, Male, Female, SexEmpty, Minority, Han, EthnicEmpty, PartyMembers, WorkingAge, InSchool,
        AgeUnder16, Age16, Age30, Age40, Age50, Age60, AgeEmpty,
        Chronic, SeriousIllness, Disabled, Healthy, HealthEmpty, AnyChronic, AnySeriousIllness, AnyDisabled, AnyHealthy, SevereDisability,
        NewEpisodes, NewPersons, RepeatEpisodes, RepeatPersons,
    ];

    /// <summary>Recognitions as households or as people.</summary>
    internal static MeasureDefinition NewOf(bool heads) => heads ? NewPersons : NewEpisodes;

    internal static MeasureDefinition RepeatOf(bool heads) => heads ? RepeatPersons : RepeatEpisodes;

    private static readonly MeasureDefinition?[] ByNumber = [.. Enumerable.Range(0, 128).Select(n => All.SingleOrDefault(m => m.Number == n))];

    public static MeasureDefinition? Find(int number) => number >= 0 && number < ByNumber.Length ? ByNumber[number] : null;
}
