using System.Collections.Immutable;
using FangFanPin.Domain.Dictionary;
using FangFanPin.Domain.Records;

namespace FangFanPin.Api.Demo;

/// <summary>The sheets of a national export and their columns: every stored field of the dictionary except files, locks and batch numbers of our own.</summary>
public sealed class ExportLayout
{
    public const string People = "户和成员", Incomes = "年度收入", Expenditures = "年度支出", Living = "生产生活条件", Securities = "三保障", Risks = "风险", Measures = "措施";

    /// <summary>In the order of a workbook.</summary>
    public static readonly ImmutableArray<string> Sheets = [People, Incomes, Expenditures, Living, Securities, Risks, Measures];

    private static readonly string[] NotExported =
        ["HeadSignatureFile", "AuthorizationFile", "SyncBatchId", "Locked"];

    public ExportLayout(DataDictionary dictionary)
    {
        ImmutableArray<SheetColumn> Columns(EntityMap map) => [.. map.Fields.Where(f => !NotExported.Contains(f.Id)).Select(f => SheetColumn.Of(map, f, dictionary))];
        (Household, Member) = (Columns(EntityMap.Household), Columns(EntityMap.Member));
        (Income, Expenditure, LivingCondition) = (Columns(EntityMap.AnnualIncome), Columns(EntityMap.AnnualExpenditure), Columns(EntityMap.LivingCondition));
        (Security, Risk, Measure) = (Columns(EntityMap.SecurityStatus), Columns(EntityMap.RiskEpisode), Columns(EntityMap.Measure));
        MeasureCategories = [.. dictionary.List("MeasureCategory").Codes];
        MeasureItems = dictionary.List("MeasureItem");
    }

    public ImmutableArray<SheetColumn> Household { get; }
    public ImmutableArray<SheetColumn> Member { get; }
    public ImmutableArray<SheetColumn> Income { get; }
    public ImmutableArray<SheetColumn> Expenditure { get; }
    public ImmutableArray<SheetColumn> LivingCondition { get; }
    public ImmutableArray<SheetColumn> Security { get; }
    public ImmutableArray<SheetColumn> Risk { get; }
    public ImmutableArray<SheetColumn> Measure { get; }

    /// <summary>Columns of the wide form of measures: one per category, item names in it.</summary>
    public ImmutableArray<CodeEntry> MeasureCategories { get; }
    public CodeList MeasureItems { get; }

    public IEnumerable<string> Headers(string sheet, bool wideMeasures) => sheet switch
    {
        People => Labels(Household).Concat(Labels(Member)),
        Incomes => Labels(Income),
        Expenditures => Labels(Expenditure),
        Living => Labels(LivingCondition),
        Securities => Labels(Security),
        Risks => Labels(Risk),
        _ when wideMeasures => MeasureCategories.Select(c => c.Label).Prepend(Household[0].Label),
        _ => Labels(Measure),
    };

    private static IEnumerable<string> Labels(ImmutableArray<SheetColumn> columns) => columns.Select(c => c.Label);
}
