using FangFanPin.Domain;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Imports;
using FangFanPin.Domain.Records;
using Xunit;

namespace FangFanPin.Tests.Domain.Imports;

public sealed class ImportRefusalTests
{
    private const string Village = TestImport.Village;
    private static readonly string[] Header = ["户编号", "行政区划代码(村级12位)", "家庭人口数", "人编号", "姓名", "性别", "出生日期", "证件号码"];

    private static TestSheet People(params string?[][] rows) => new("户和成员", [Header, .. rows]);
    private static TestSheet Incomes(params string?[][] rows) => new("年度收入", [["户编号", "年度", "工资性收入"], .. rows]);

    [Theory]
    [InlineData("import.no-household-code", null, Village, "2", "P1", "张三", "男")]
    [InlineData("household.bad-code", "合计!", Village, "2", "P1", "张三", "男")]
    [InlineData("import.no-area-code", "H1", null, "2", "P1", "张三", "男")]
    [InlineData("field.not-a-number", "H1", Village, "两人", "P1", "张三", "男")]
    [InlineData("field.unknown-code", "H1", Village, "2", "P1", "张三", "雄")]
    [InlineData("field.control-character", "H1", Village, "2", "P1", "张\u0001三", "男")]
    [InlineData("field.too-long", "H1", Village, "2", "P12345678901234567890123456789012345", "张三", "男")]
    [InlineData("import.no-person-code", "H1", Village, "2", null, "张三", "男")]
    [InlineData("field.future-date", "H1", Village, "2", "P1", "张三", "男", "2026-11-24")]
    [InlineData("field.not-a-date", "H1", Village, "2", "P1", "张三", "男", "去年")]
    [InlineData("field.rounded-number", "H1", Village, "2", "P1", "张三", "男", null, "4.11424E+17")]
    public void A_cell_that_cannot_be_stored_truthfully_refuses_the_whole_household(string code, params string?[] cells)
    {
        var import = TestImport.Of(People(["H1", Village, "2", "P2", "李四", "女"], cells));
        var error = Assert.Single(import.Errors);
        Assert.Equal((code, 3), (error.Error.Code, error.Row));
        Assert.True(error.Column is not null);
        if (cells[0] == "H1")
        {
            Assert.True(import.Households["H1"] is { Refused: true, Change: null, Rows.Length: 2 });
        }
        else
        {
            Assert.NotNull(import.Households["H1"].Change);
        }
    }

    /// <summary>A column keeps what it has read: neither a fault nor another text may be taken for it.</summary>
    [Fact]
    public void A_row_means_the_same_behind_others_as_alone()
    {
        var (seed, random) = (Random.Shared.Next(), default(Random)!);
        random = new Random(seed);
        string Any(params string[] texts) => texts[random.Next(texts.Length)];
        string?[][] rows =
        [
            .. Enumerable.Range(0, 400).Select(i => (string?[])
            [
                $"H{i}", Village, Any("2", "3", "23", "32", "两", "2 ", "２", "1,2", " "), $"P{i}", "张三", Any("男", "女", "1", "2", "雄", "男性", "", "3", " 男"),
                Any("1970-01-02", "1970-02-01", "1970/1/2", "2026-11-24", "2026-11-23", "19700102", "02-01-1970", "去年"),
            ]),
        ];
        var together = TestImport.Of(People(rows));
        foreach (var row in rows)
        {
            var alone = TestImport.Of(People(row));
            Assert.True(alone.Errors.Select(Fault).SequenceEqual(together.Errors.Where(e => e.HouseholdCode == row[0]).Select(Fault)), $"seed {seed}, {string.Join('|', row)}");
            Assert.Equal(Shown(alone), Shown(together));

            string? Shown(TestImport import) => import.Households[row[0]!].Change?.Incoming is { } file ? $"{file.Household} {string.Join(',', file.Members)}" : null;
        }

        static (string?, string, string?) Fault(RowError error) => (error.Column, error.Error.Code, error.Value);
    }

    [Theory]
    [InlineData("999999999999", "household.unknown-village")]
    [InlineData(TestImport.FarVillage, "household.outside-area")]
    public void A_village_that_is_not_there_or_not_ours_is_refused(string village, string code) =>
        Assert.Equal(code, TestImport.Of(People(["H1", village, "2", "P1", "张三"])).Decide("H1").Error!.Code);

    [Fact]
    public void Rows_of_one_household_that_contradict_each_other_refuse_it()
    {
        var import = TestImport.Of(People(["H1", Village, "2", "P1"], ["H2", Village, "1", "P3"], ["H1", Village, "3", "P2"]));
        Assert.Equal(["import.rows-differ"], import.Codes);
        Assert.Equal("家庭人口数", import.Errors[0].Column);
        Assert.Null(import.Households["H1"].Change);
        Assert.NotNull(import.Households["H2"].Change);
    }

    [Fact]
    public void A_blank_against_one_value_is_that_value()
    {
        var import = TestImport.Of(People(["H1", Village, "", "P1"], ["H1", Village, "3", "P2"]));
        Assert.Equal(3, import.Decide("H1").Value!.Household.MemberCount);
    }

    [Fact]
    public void A_person_twice_in_a_household_or_in_two_households_refuses_them()
    {
        var import = TestImport.Of(People(["H1", Village, "", "P1"], ["H1", Village, "", "P1"], ["H2", Village, "", "P2"], ["H3", Village, "", "P2"], ["H4", Village, "", "P4"]));
        Assert.Equal(["import.person-twice", "import.person-twice", "import.person-twice"], import.Codes);
        Assert.Equal(["H4"], import.Households.Values.Where(h => h.Change is not null).Select(h => h.Code));
    }

    [Fact]
    public void A_refused_row_of_another_sheet_refuses_that_record_alone()
    {
        var import = TestImport.Of(People(["H1", Village, "2", "P1"]), Incomes(["H1", "2024", "一万"], ["H1", "2025", "100"], ["H1", null, "5"]));
        Assert.Equal(["field.not-a-number", "import.no-key"], import.Codes);
        var file = import.Decide("H1").Value!;
        Assert.Equal([2025], file.Incomes.Select(i => i.StatYear));
    }

    [Fact]
    public void Two_rows_of_one_year_that_contradict_each_other_are_both_left_out()
    {
        var import = TestImport.Of(People(["H1", Village, "2", "P1"]), Incomes(["H1", "2024", "100"], ["H1", "2024", "200"], ["H1", "2025", "5"], ["H1", "2025", ""]));
        Assert.Equal(["import.rows-differ"], import.Codes);
        Assert.Equal([2025], import.Decide("H1").Value!.Incomes.Select(i => i.StatYear));
    }

    [Fact]
    public void Ten_thousand_members_are_refused_and_the_neighbour_is_not()
    {
        var rows = Enumerable.Range(0, 10_000).Select(n => new[] { "H1", Village, null, $"P{n}" }).Append(["H2", Village, "1", "Q1"]).ToArray();
        var import = TestImport.Of(People(rows));
        Assert.Equal(["import.too-many-rows-of-household"], import.Codes);
        Assert.Equal(10_000, import.Households["H1"].Rows.Length);
        Assert.NotNull(import.Households["H2"].Change);
        var hundred = TestImport.Of(People([.. rows.Take(100)]));
        Assert.Equal(["household.too-many-members"], hundred.Codes);
    }

    [Fact]
    public void A_household_known_to_nobody_needs_its_own_sheet()
    {
        var import = TestImport.Of(Incomes(["H1", "2024", "100"]));
        Assert.Equal("import.unknown-household", import.Decide("H1").Error!.Code);
        var stored = new HouseholdFile { Household = new Household { HouseholdCode = "H1", AreaCode = Village } };
        Assert.Equal(100, import.Decide("H1", stored).Value!.Incomes[0].WageIncome);
    }

    [Fact]
    public void A_locked_household_is_a_conflict()
    {
        var stored = new HouseholdFile { Household = new Household { HouseholdCode = "H1", AreaCode = Village, Locked = true } };
        Assert.Equal("household.locked", TestImport.Of(People(["H1", Village, "2", "P1"])).Decide("H1", stored).Error!.Code);
    }

    [Fact]
    public void The_certificate_says_the_birth_date_and_derived_columns_are_ignored()
    {
        var sheet = new TestSheet("户和成员", [.. new string?[][] { [.. Header, "年龄"], ["H1", Village, "1", "P1", "张三", "男", "1990-01-01", "11010519491231002x", "不填"] }]);
        var import = TestImport.Of(sheet);
        Assert.Empty(import.Errors);
        Assert.Equal(["年龄"], import.Parser.Sheets[0].Ignored);
        Assert.Equal(new DateOnly(1949, 12, 31), import.Decide("H1").Value!.Members[0].BirthDate);
    }

    [Fact]
    public void Values_of_a_refused_cell_are_reported_cut()
    {
        var import = TestImport.Of(People(["H1", Village, new string('9', 40), "P1"], ["H2", Village, new string('九', 400), "P2"]));
        Assert.Equal([40, 100], import.Errors.Select(e => e.Value!.Length));
    }
}
