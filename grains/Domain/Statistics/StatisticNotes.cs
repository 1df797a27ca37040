using FangFanPin.Domain.Figures;

namespace FangFanPin.Domain.Statistics;

/// <summary>What is printed under a table so that nobody adds up what does not add up.</summary>
internal static class StatisticNotes
{
    public static IReadOnlyList<string> Of(StatisticQuery query, CellVector total)
    {
        var notes = new List<string>();
        var households = new SelectionTerm(Measures.Households);
        if (query.Types.Crossing.Count > 0)
            notes.Add($"脱贫户与监测对象有交叉:{new Selection(query.Types.Crossing, [households]).In(total)}户同时属于两个选项,合计中只计一次。");
        if (query.Types.Chosen.Count == 0 || query.Types.Chosen.Count == HouseholdTypeFilter.Options.Count)
        {
            var lost = new Selection(HouseholdTypeFilter.InNoOption, [households]).In(total);
            notes.Add($"脱贫享受政策情况或风险是否已消除未填、不属于任何户类型选项的有{lost}户,{(query.Types.Chosen.Count == 0 ? "已计入" : "未计入")}合计。");
        }
        if (query.Definition.Number == StatisticDefinition.Ages.Number) notes.Add("年龄为周岁,分组含下限不含上限;出生日期未填、晚于统计日或年龄大于110岁计入未填。");
        if (query.Definition.Number == StatisticDefinition.Health.Number) notes.Add("占比各列按残疾、患大病、长期慢性病、健康的顺序每人只计一列;含多选各列按每个选项分别计数,之和可能大于合计。");
        if (query.Definition.ByMonth && query.Category is null && WithoutCategory(query, total) is > 0 and var without)
            notes.Add($"监测对象类别未填或不在码表内的有{without}户次,计入新增和累计,不计入三类。");
        if (query.Definition.ByMonth) notes.Add("新增按识别次数计,再次识别再计一次;累计每户只计首次识别。人数为识别时家庭人口数,未填的按现有在册成员计。");
        return notes;
    }

    private static long WithoutCategory(StatisticQuery query, CellVector total) =>
        new Selection(query.Types.Classes, [new(Measures.NewEpisodes, 1, new(0, int.MaxValue, 0, Codes.Risk(query.Risk)))]).In(total);
}
