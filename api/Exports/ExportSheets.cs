using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using FangFanPin.Domain;
using FangFanPin.Domain.Dictionary;
using FangFanPin.Domain.Exports;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Records;
using FangFanPin.Domain.Regions;

namespace FangFanPin.Api.Exports;

/// <summary>Rows that are read, with what their documents hold when a column needs it.</summary>
/// <param name="LastVillage">How far the list is.</param>
internal abstract record ExportPage(int Rows, string? LastVillage)
{
    public abstract void Write(StreamedWorkbook workbook);
}

/// <summary>What one kind of export consists of.</summary>
internal abstract class ExportSheet
{
    public abstract string Name { get; }
    public abstract IEnumerable<string> Headers { get; }

    /// <summary>The whole list, page by page, in its order.</summary>
    public abstract IAsyncEnumerable<ExportPage> PagesAsync(int pageRows, CancellationToken ct);

    public static ExportSheet Of(ExportRequest asked, IHouseholdSearch search, IHouseholdReader reader, DataDictionary dictionary, RegionTree tree) => asked.Kind switch
    {
        ExportKind.Households => new HouseholdSheet(asked, search, reader, dictionary, tree),
        _ => new PersonSheet(asked, search, reader, dictionary, tree),
    };

    /// <summary>Documents of so many households, some statements side by side.</summary>
    protected static async Task<Dictionary<string, HouseholdFile>> OpenAsync(IHouseholdReader reader, IEnumerable<string> codes, CancellationToken ct)
    {
        const int Chunk = 250;
        var files = new Dictionary<string, HouseholdFile>(StringComparer.Ordinal);
        foreach (var found in await Task.WhenAll(codes.Distinct(StringComparer.Ordinal).Chunk(Chunk).Select(chunk => Task.Run(() => reader.FindAsync(chunk, ct), ct))))
            foreach (var (code, household) in found) files[code] = household.File;
        return files;
    }
}

internal sealed class HouseholdSheet(ExportRequest asked, IHouseholdSearch search, IHouseholdReader reader, DataDictionary dictionary, RegionTree tree) : ExportSheet
{
    private readonly FieldColumns fields = new(dictionary, EntityMap.Household.Name, asked.Fields);
    private readonly VillageCells villages = new(tree);
    private readonly CodeCells types = new(dictionary, "HouseholdType"), policies = new(dictionary, "PolicyStatus"), categories = new(dictionary, "MonitorCategory"),
        yesNo = new(dictionary, "YesNo"), risks = new(dictionary, "RiskType"), statuses = new(dictionary, "HouseholdStatus");
    private readonly CodeList? riskList = dictionary.FindList("RiskType");

    public override string Name => "农户";

    public override IEnumerable<string> Headers =>
    [
        .. VillageCells.Headers, "户编号", "户主姓名", "家庭人口数", "户类型", "脱贫享受政策情况", "监测对象类别", "风险是否已消除", "识别监测时间", "消除监测时间",
        "致贫/返贫风险", "人均纯收入(元)", "户状态", "最后修改", .. fields.Headers,
    ];

    public override async IAsyncEnumerable<ExportPage> PagesAsync(int pageRows, [EnumeratorCancellation] CancellationToken ct)
    {
        var query = asked.Query.Household with { After = null, Limit = pageRows };
        while (true)
        {
            var page = await search.FindAsync(query, ct);
            var files = fields.Any ? await OpenAsync(reader, page.Lines.Select(l => l.Code), ct) : null;
            yield return new Page(this, page.Lines, files, page.Next?.Village);
            if (page.Next is not { } next) yield break;
            query = query with { After = next };
        }
    }

    private sealed record Page(HouseholdSheet Sheet, ImmutableArray<HouseholdLine> Lines, Dictionary<string, HouseholdFile>? Files, string? LastVillage)
        : ExportPage(Lines.Length, LastVillage)
    {
        public override void Write(StreamedWorkbook workbook)
        {
            foreach (var line in Lines) Sheet.Write(workbook, line, Files?.GetValueOrDefault(line.Code)?.Household);
        }
    }

    private void Write(StreamedWorkbook workbook, HouseholdLine line, Household? opened)
    {
        workbook.StartRow();
        villages.Write(workbook, line.Village);
        workbook.Text(line.Code);
        workbook.Text(line.HeadName);
        workbook.Number(line.MemberCount);
        workbook.Text(types.Of(line.HouseholdType));
        workbook.Text(policies.Of(line.PolicyStatus));
        workbook.Text(categories.Of(line.MonitorCategory));
        workbook.Text(yesNo.Of(line.RiskEliminated));
        workbook.Number(line.RecognizedMonth);
        workbook.Number(line.EliminatedMonth);
        if (line.RiskTypes.Length > 1) workbook.Text(string.Join('、', line.RiskTypes.Select(r => riskList?.LabelOf(r) ?? r)));
        else workbook.Text(risks.Of(line.RiskTypes.FirstOrDefault()));
        workbook.Number(line.NetPerCapita);
        workbook.Text(statuses.Of(line.Status));
        workbook.Day(line.ChangedAt is { } at ? ChinaTime.DayOf(at) : null);
        fields.Write(workbook, opened);
        workbook.EndRow();
    }
}

internal sealed class PersonSheet(ExportRequest asked, IHouseholdSearch search, IHouseholdReader reader, DataDictionary dictionary, RegionTree tree) : ExportSheet
{
    private readonly FieldColumns fields = new(dictionary, EntityMap.Member.Name, asked.Fields);
    private readonly VillageCells villages = new(tree);
    private readonly CodeCells sexes = new(dictionary, "Sex"), memberStatuses = new(dictionary, "MemberStatus"), statuses = new(dictionary, "HouseholdStatus"),
        types = new(dictionary, "HouseholdType"), policies = new(dictionary, "PolicyStatus"), categories = new(dictionary, "MonitorCategory"), yesNo = new(dictionary, "YesNo");

    public override string Name => "人员";

    public override IEnumerable<string> Headers =>
    [
        .. VillageCells.Headers, "户编号", "户主姓名", "人编号", "姓名", "性别", "出生日期", "人员状态", "户类型", "脱贫享受政策情况", "监测对象类别", "风险是否已消除", "户状态",
        .. fields.Headers,
    ];

    public override async IAsyncEnumerable<ExportPage> PagesAsync(int pageRows, [EnumeratorCancellation] CancellationToken ct)
    {
        var query = asked.Query with { After = null, Limit = pageRows };
        while (true)
        {
            var page = await search.FindAsync(query, ct);
            var files = fields.Any ? await OpenAsync(reader, page.Lines.Select(l => l.Household), ct) : null;
            yield return new Page(this, page.Lines, files, page.Next?.Village);
            if (page.Next is not { } next) yield break;
            query = query with { After = next };
        }
    }

    private sealed record Page(PersonSheet Sheet, ImmutableArray<PersonLine> Lines, Dictionary<string, HouseholdFile>? Files, string? LastVillage)
        : ExportPage(Lines.Length, LastVillage)
    {
        public override void Write(StreamedWorkbook workbook)
        {
            foreach (var line in Lines)
                Sheet.Write(workbook, line, Files?.GetValueOrDefault(line.Household)?.Members.FirstOrDefault(m => m.PersonCode == line.Person));
        }
    }

    private void Write(StreamedWorkbook workbook, PersonLine line, Member? opened)
    {
        workbook.StartRow();
        villages.Write(workbook, line.Village);
        workbook.Text(line.Household);
        workbook.Text(line.HeadName);
        workbook.Text(line.Person);
        workbook.Text(line.Name);
        workbook.Text(sexes.Of(line.Sex));
        workbook.Day(line.BirthDate);
        workbook.Text(memberStatuses.Of(line.Status));
        workbook.Text(types.Of(line.HouseholdType));
        workbook.Text(policies.Of(line.PolicyStatus));
        workbook.Text(categories.Of(line.MonitorCategory));
        workbook.Text(yesNo.Of(line.RiskEliminated));
        workbook.Text(statuses.Of(line.HouseholdStatus));
        fields.Write(workbook, opened);
        workbook.EndRow();
    }
}
