using FangFanPin.Domain.Dictionary;
using FangFanPin.Domain.Imports;
using Xunit;

namespace FangFanPin.Tests.Domain.Imports;

public sealed class HeaderMatchTests
{
    private const string Village = TestImport.Village;

    public static TheoryData<string, string, string> Headers => new()
    {
        { "户和成员", "公益性岗位", "WelfarePost" },
        { "户和成员", "公益性岗位(月数)", "WelfarePostMonths" },
        { "户和成员", "公益性岗位（月数）", "WelfarePostMonths" },
        { "户和成员", "劳动技能", "Labor" },
        { "户和成员", "劳动能力", "Labor" },
        { "户和成员", "劳动技能(劳动能力)", "Labor" },
        { "户和成员", "出生日期", "BirthDate" },
        { "户和成员", "出生日期（推导）", "BirthDate" },
        { "户和成员", " 家庭 人口数 ", "MemberCount" },
        { "户和成员", "家庭人口数（人）", "MemberCount" },
        { "户和成员", "务工月收入(元)", "MonthlyWage" },
        { "户和成员", "务工月收入(元/月)", "MonthlyWage" },
        { "户和成员", "致贫/返贫风险1", "RiskType1" },
        { "户和成员", "AAR012", "Phone" },
        { "户和成员", "AAC001", "AAC001" },
        { "户和成员", "aab004", "CertNumber" },
        { "户和成员", "MonitorCategory", "MonitorCategory" },
        { "户和成员", "县（市、区）", "CountyName" },
        { "年度收入", "其中：务工收入", "MigrantWage" },
        { "年度收入", "工资性收入(元)", "WageIncome" },
        { "年度收入", "AAC073", "WageIncome" },
        { "生产生活条件", "耕地面积（亩）", "CultivatedArea" },
        { "生产生活条件", "AAC301", "CultivatedArea" },
        { "风险", "识别时纳入监测对象的收入参考范围", "IdReferenceIncome" },
    };

    [Theory, MemberData(nameof(Headers))]
    public void Headers_are_found_by_label_alias_or_national_id(string sheet, string header, string field)
    {
        var layout = SheetLayout.All(DataDictionary.Shipped).Single(l => l.GoesBy(sheet));
        Assert.Equal(field, Assert.IsType<FieldTarget>(layout.Find(header)).Definition.Id);
    }

    [Theory]
    [InlineData("年度收入", "工资性收入(万元)")]
    [InlineData("户和成员", "月数")]
    [InlineData("户和成员", "推导")]
    [InlineData("户和成员", "心情")]
    public void Headers_of_another_meaning_stay_unknown(string sheet, string header) =>
        Assert.Null(SheetLayout.All(DataDictionary.Shipped).Single(l => l.GoesBy(sheet)).Find(header));

    [Fact]
    public void Every_label_of_the_dictionary_finds_its_own_field()
    {
        foreach (var layout in SheetLayout.All(DataDictionary.Shipped))
        {
            foreach (var map in layout.Maps)
            {
                foreach (var field in DataDictionary.Shipped.Entity(map.Name).Fields)
                {
                    var found = layout.Find(field.Label) switch { FieldTarget t => t.Definition, DerivedTarget d => d.Definition, _ => null };
                    Assert.True(found == field, $"{layout.Name} {field.Label} → {found?.Id}");
                }
            }
        }
    }

    [Fact]
    public void The_header_is_found_below_titles_and_unknown_columns_are_listed()
    {
        var import = TestImport.Of(new TestSheet("Sheet1", ["2025年监测户"], [], ["户编号", "行政区划代码", "户主姓名", "心情", "身份证号"], ["H1", Village, "张三", "好"]));
        var sheet = Assert.Single(import.Parser.Sheets);
        Assert.Equal((SheetKind.HouseholdsAndMembers, 3), (sheet.Layout.Kind, sheet.HeaderRow));
        Assert.Equal(["心情"], sheet.Unknown);
        Assert.Equal("张三", import.Decide("H1").Value!.Household.HeadName);
    }

    [Fact]
    public void A_sheet_of_something_else_is_skipped_and_named()
    {
        var import = TestImport.Of(new TestSheet("说明", ["填表说明"], ["请勿修改列名"]));
        Assert.Equal(["说明"], import.Parser.Skipped);
    }

    [Theory]
    [InlineData("import.no-household-code-column", "户和成员", "姓名", "证件号码", "行政区划代码")]
    [InlineData("import.no-household-code-column", "名单", "姓名", "证件号码", "行政区划代码")]
    [InlineData("import.no-area-code-column", "户和成员", "户编号", "行政村", "姓名")]
    [InlineData("import.no-key-column", "年度收入", "户编号", "工资性收入", "理赔收入")]
    [InlineData("import.no-key-column", "三保障", "户编号", "是否不愁吃")]
    [InlineData("import.duplicate-column", "户和成员", "户编号", "行政区划代码", "劳动技能", "劳动能力")]
    [InlineData("import.duplicate-column", "户和成员", "户编号", "户 编 号", "行政区划代码")]
    public void A_sheet_without_what_it_needs_or_with_a_column_twice_is_refused(string code, string name, params string[] header)
    {
        var refused = Assert.Throws<ImportFileException>(() => TestImport.Of(new TestSheet(name, header, ["H1"])));
        Assert.Equal(code, refused.Error.Code);
    }

    [Fact]
    public void Wide_measures_become_one_measure_per_item_and_其他_takes_its_columns_category()
    {
        var people = new TestSheet("户和成员", ["户编号", "行政区划代码"], ["H1", Village]);
        var wide = new TestSheet("措施", ["户编号", "户主姓名", "产业帮扶", "就业帮扶", "公益岗位帮扶"], ["H1", "张三", "种植业奖补,光伏帮扶、其他", "技能培训", "其他"]);
        var import = TestImport.Of(people, wide);
        Assert.Empty(import.Errors);
        var file = import.Decide("H1").Value!;
        Assert.Equal(["0101", "0106", "0199", "0201", "0499"], file.Measures.Select(m => m.Item!).Order());
        Assert.All(file.Measures, m => Assert.True(m.StartedOn is null && m.Category == m.Item![..2] && m.MeasureId!.Length == 36));
    }

    [Fact]
    public void A_long_file_completes_what_a_wide_file_began()
    {
        var people = new TestSheet("户和成员", ["户编号", "行政区划代码"], ["H1", Village]);
        var first = TestImport.Of(people, new TestSheet("措施", ["户编号", "产业帮扶"], ["H1", "种植业奖补"])).Decide("H1").Value!;
        var second = TestImport.Of(new TestSheet("措施", ["户编号", "措施大类", "措施子项", "开始日期", "到户金额"],
            ["H1", "产业帮扶", "种植业奖补", "2025-03-01", "500"], ["H1", "产业帮扶", "其他", "2025-04-01", "1"], ["H1", "就业帮扶", "光伏帮扶", "2025-04-01", "1"]));
        Assert.Equal(["field.unknown-code"], second.Codes);
        var file = second.Decide("H1", first).Value!;
        Assert.Equal([("0101", 500m), ("0199", 1m)], file.Measures.Select(m => (m.Item!, m.Amount!.Value)));
        Assert.Equal(first.Measures[0].MeasureId, file.Measures[0].MeasureId);
    }

    [Fact]
    public void The_place_of_work_is_joined_and_gives_the_county_code()
    {
        var import = TestImport.Of(new TestSheet("户和成员", ["户编号", "行政区划代码", "人编号", "AAB025", "AAB026", "AAB027", "AAB028"], ["H1", Village, "P1", "河南省", "商丘市", "柘城县", "城关镇"]));
        var member = import.Decide("H1").Value!.Members[0];
        Assert.Equal(("河南省商丘市柘城县城关镇", "411424"), (member.WorkPlace, member.WorkCountyCode));
    }

    [Fact]
    public void Episodes_without_a_number_are_matched_by_their_month()
    {
        var people = new TestSheet("户和成员", ["户编号", "行政区划代码"], ["H1", Village]);
        string[] header = ["户编号", "识别监测时间", "监测对象类别", "风险是否已消除"];
        var first = TestImport.Of(people, new TestSheet("风险", header, ["H1", "2024年5月", "边缘易致贫户", "否"], ["H1", "202103", "脱贫不稳定户", "是"])).Decide("H1").Value!;
        Assert.Equal([(202103, 1), (202405, 2)], first.Episodes.Select(e => (e.RecognizedMonth!.Value.Year * 100 + e.RecognizedMonth.Value.Month, e.EpisodeNo!.Value)));
        var second = TestImport.Of(new TestSheet("风险", header, ["H1", "202405", "边缘易致贫户", "是"])).Decide("H1", first).Value!;
        Assert.Equal(["1", "1"], second.Episodes.Select(e => e.RiskEliminated!));
        Assert.Equal(first.Episodes.Select(e => e.EpisodeId), second.Episodes.Select(e => e.EpisodeId));
    }
}
