using System.Globalization;
using System.Text;
using System.Text.Json;
using ClosedXML.Excel;
using FangFanPin.Api.Statistics;
using FangFanPin.Domain;
using FangFanPin.Domain.Figures;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Records;
using FangFanPin.Domain.Regions;
using FangFanPin.Domain.Statistics;
using Xunit;

namespace FangFanPin.Tests.Api.Statistics;

/// <summary>What stands where in the Excel file and in the JSON of a statistic.</summary>
public sealed class StatisticLayoutTests
{
    private static readonly DateOnly Day = new(2025, 3, 31);
    private static readonly DateTimeOffset At = new(2025, 3, 31, 9, 5, 0, TimeSpan.FromHours(8));
    private static readonly Region City = new(RegionCode.Parse("410100000000"), "郑州市", RegionLevel.City, RegionCode.Parse("410000000000"));

    private static StatisticTable Table(string number)
    {
        var files = new HouseholdFile[]
        {
            new()
            {
                Household = new() { HouseholdType = "1", PolicyStatus = "1" },
                Members =
                [
                    new Member { Sex = "1", Ethnic = "01", BirthDate = new(1950, 1, 1), Health = "2,4", CertNumber = "41010119500101123441" },
                    new Member { Sex = "2", Ethnic = "03", BirthDate = new(2015, 1, 1), Health = "1" },
                    new Member { Sex = "2", Ethnic = "01" },
                ],
            },
            new()
            {
                Household = new() { MonitorCategory = "2", RiskEliminated = "0" },
                Episodes = [new RiskEpisode { EpisodeNo = 1, MonitorCategory = "2", RecognizedMonth = new YearMonth(2025, 2), RiskType1 = "01", IdMemberCount = 1234 }],
            },
        };
        var children = files.Select((f, i) => new RegionVector(RegionCode.Parse($"41010{i + 2}000000"), i == 0 ? "中原区" : "=1+1", Contribution.Of(f, Day).Vector)).ToList();
        return StatisticTable.Of(
            StatisticQuery.Parse(number, null, null, null, null, Day).Value!, new(City.Code, City.Name, CellVector.Sum(children.Select(c => c.Vector))), children, Day);
    }

    private static IXLWorksheet Sheet(string number)
    {
        var book = new XLWorkbook(new MemoryStream(StatisticWorkbook.Write(Table(number), City.Name, "张三", At)));
        return book.Worksheets.Single();
    }

    [Theory]
    [InlineData("1", "2025年郑州市人口基本信息", "户、人")]
    [InlineData("2", "2025年郑州市年龄分组", "人")]
    [InlineData("3", "2025年郑州市身体健康状况", "人")]
    [InlineData("8", "2025年郑州市2021年以来新识别监测对象", "户、人")]
    public void Title_scope_and_unit_stand_on_top(string number, string title, string unit)
    {
        var sheet = Sheet(number);
        var width = Table(number).Columns.Count + 1;
        Assert.Equal(title, sheet.Cell(1, 1).GetString());
        Assert.True(sheet.Range(1, 1, 1, width).IsMerged());
        Assert.StartsWith("统计口径:户类型:帮扶对象(全部)", sheet.Cell(2, 1).GetString());
        Assert.Equal($"单位:{unit}  导出时间:2025-03-31 09:05  导出人:张三", sheet.Cell(2, ((width + 1) / 2) + 1).GetString());
        Assert.Equal(4, sheet.SheetView.SplitRow);
    }

    [Fact]
    public void Statistic_1_has_one_header_over_both_rows_and_numeric_counts()
    {
        var sheet = Sheet("1");
        Assert.Equal(
            ["地区", "户数", "人数", "男", "女", "未填性别", "少数民族", "汉族", "未填民族", "户均人口", "中共党员", "16-59岁人数", "在校生"],
            Enumerable.Range(1, 13).Select(c => sheet.Cell(3, c).GetString()));
        Assert.True(sheet.Range(3, 2, 4, 2).IsMerged());
        Assert.Equal(["合计", "中原区", "=1+1"], Enumerable.Range(5, 3).Select(r => sheet.Cell(r, 1).GetString()));
        Assert.False(sheet.Cell(7, 1).HasFormula);
        Assert.True(sheet.Cell(5, 1).Style.Font.Bold && !sheet.Cell(6, 1).Style.Font.Bold);
        Assert.Equal([2, 3, 1, 2, 0, 1, 2, 0, 1.5, 0, 0, 0], Enumerable.Range(2, 12).Select(c => sheet.Cell(5, c).GetDouble()));
        Assert.Equal(XLDataType.Number, sheet.Cell(5, 2).DataType);
        Assert.Equal("#,##0", sheet.Cell(5, 2).Style.NumberFormat.Format);
        Assert.StartsWith("注:脱贫户与监测对象有交叉", sheet.Cell(8, 1).GetString());
    }

    [Fact]
    public void Statistic_2_pairs_counts_with_shares_under_their_bucket()
    {
        var sheet = Sheet("2");
        Assert.Equal(["地区", "合计", "16岁以下", "", "16-30岁"], Enumerable.Range(1, 5).Select(c => sheet.Cell(3, c).GetString()));
        Assert.Equal(["人", "人", "占比", "人", "占比"], Enumerable.Range(2, 5).Select(c => sheet.Cell(4, c).GetString()));
        Assert.True(sheet.Range(3, 3, 3, 4).IsMerged());
        Assert.Equal(["未填", "人"], [sheet.Cell(3, 15).GetString(), sheet.Cell(4, 15).GetString()]);
        Assert.Equal(0.3333, sheet.Cell(5, 4).GetDouble(), 10);
        Assert.Equal("0.00%", sheet.Cell(5, 4).Style.NumberFormat.Format);
        Assert.Equal("—", sheet.Cell(7, 4).GetString());
        Assert.Equal(1, sheet.Cell(5, 15).GetDouble());
    }

    [Fact]
    public void Statistic_8_has_a_row_per_month_as_text()
    {
        var sheet = Sheet("8");
        Assert.Equal(["月份", "新增户", "新增人", "脱贫不稳定", ""], Enumerable.Range(1, 5).Select(c => sheet.Cell(3, c).GetString()));
        Assert.Equal(["合计", "2021-01", "2021-02"], Enumerable.Range(5, 3).Select(r => sheet.Cell(r, 1).GetString()));
        Assert.Equal(XLDataType.Text, sheet.Cell(6, 1).DataType);
        var february = sheet.Column(1).CellsUsed().Single(c => c.GetString() == "2025-02").Address.RowNumber;
        Assert.Equal([1, 1234, 0, 0, 1, 1234, 0, 0, 1, 1234], Enumerable.Range(2, 10).Select(c => sheet.Cell(february, c).GetDouble()));
    }

    [Fact]
    public void Columns_are_as_wide_as_their_text()
    {
        var sheet = Sheet("1");
        Assert.Equal(13, sheet.Column(12).Width, 1);
        Assert.Equal(8, sheet.Column(4).Width, 1);
    }

    [Fact]
    public void The_file_is_named_after_area_statistic_and_minute() =>
        Assert.Equal("郑州市_人口基本信息_202503310905.xlsx", StatisticWorkbook.FileName(Table("1"), City.Name, At));

    [Theory]
    [InlineData("1")]
    [InlineData("2")]
    [InlineData("3")]
    [InlineData("8")]
    public void Json_says_what_the_table_says_in_the_form_that_the_document_promises(string number)
    {
        var table = Table(number);
        byte[] bytes = [.. StatisticJson.AsOf(At), .. StatisticJson.Rest(table, City)];
        var read = JsonSerializer.Deserialize<StatisticResponse>(bytes, JsonSerializerOptions.Web)!;
        Assert.Equal((At, Day, City.Name, table.RowHeader), (read.AsOf, read.Day, read.Region.Name, read.RowHeader));
        Assert.Equal(table.Rows.Select(r => r.Key), read.Rows.Select(r => r.Key));
        Assert.Equal(table.Rows.SelectMany(r => r.Values), read.Rows.SelectMany(r => r.Values));
        Assert.Equal(table.Columns.Select(c => (c.Id, c.Group, c.Label, c.Unit)), read.Columns.Select(c => (c.Id, c.Group, c.Label, c.Unit)));
        Assert.Equal(table.Notes, read.Notes);
        Assert.Contains("郑州市", Encoding.UTF8.GetString(bytes));
        Assert.Equal(number, read.Statistic.ToString(CultureInfo.InvariantCulture));
    }
}
