using FangFanPin.Domain.Dictionary;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Records;
using FangFanPin.Domain.Regions;

namespace FangFanPin.Api.Households;

/// <summary>A line of the list in words, as a row of a workbook.</summary>
internal sealed class LineLabels(DataDictionary dictionary, RegionTree tree)
{
    /// <summary>Null gives the header alone.</summary>
    public Dictionary<string, object?> RowOf(HouseholdLine? line) => new()
    {
        ["户编号"] = Text(line?.Code),
        ["户主姓名"] = Text(Masking.Shown(nameof(Household.HeadName), line?.HeadName)),
        ["行政区划代码"] = Text(line?.Village),
        ["市"] = NameAt(line, RegionLevel.City),
        ["县(市、区)"] = NameAt(line, RegionLevel.County),
        ["乡(镇)"] = NameAt(line, RegionLevel.Town),
        ["行政村"] = NameAt(line, RegionLevel.Village),
        ["家庭人口数"] = line?.MemberCount,
        ["户类型"] = Label("HouseholdType", line?.HouseholdType),
        ["脱贫享受政策情况"] = Label("PolicyStatus", line?.PolicyStatus),
        ["监测对象类别"] = Label("MonitorCategory", line?.MonitorCategory),
        ["风险是否已消除"] = Label("YesNo", line?.RiskEliminated),
        ["识别监测时间"] = line?.RecognizedMonth,
        ["消除监测时间"] = line?.EliminatedMonth,
        ["致贫/返贫风险"] = line is null ? null : Text(string.Join("、", line.RiskTypes.Select(r => Label("RiskType", r)))),
        ["人均纯收入(元)"] = line?.NetPerCapita,
        ["户状态"] = Label("HouseholdStatus", line?.Status),
        ["最后修改"] = line?.ChangedAt is { } at ? Domain.ChinaTime.DayOf(at).ToString("yyyy-MM-dd", null) : null,
    };

    /// <summary>A spreadsheet must not take a name for a formula.</summary>
    public static string? Text(string? text) => text is ['=' or '+' or '-' or '@' or '\t' or '\r' or '\n', ..] ? "'" + text : text;

    private string? Label(string list, string? code) => code is null ? null : Text(dictionary.FindList(list)?.LabelOf(code) ?? code);

    private string? NameAt(HouseholdLine? line, RegionLevel level) =>
        RegionCode.TryParse(line?.Village, out var village) ? tree.PathTo(village).LastOrDefault(r => r.Level == level)?.Name : null;
}
