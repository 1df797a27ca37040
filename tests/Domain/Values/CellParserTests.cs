using FangFanPin.Domain.Dictionary;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Records;
using FangFanPin.Domain.Values;
using Xunit;

namespace FangFanPin.Tests.Domain.Values;

public sealed class CellParserTests
{
    private static readonly DateOnly Today = new(2026, 11, 23);

    [Theory]
    [InlineData("Member.BirthDate", "2021-03-05", "2021-03-05")]
    [InlineData("Member.BirthDate", "2021/3/5", "2021-03-05")]
    [InlineData("Member.BirthDate", "2021.3.5", "2021-03-05")]
    [InlineData("Member.BirthDate", "20210305", "2021-03-05")]
    [InlineData("Member.BirthDate", "2021年3月5日", "2021-03-05")]
    [InlineData("Member.BirthDate", "２０２１－０３－０５", "2021-03-05")]
    [InlineData("Member.BirthDate", "44260", "2021-03-05")]
    [InlineData("Member.BirthDate", "2021-03-05 00:00:00", "2021-03-05")]
    [InlineData("Household.RecognizedMonth", "202103", "202103")]
    [InlineData("Household.RecognizedMonth", "2021-03", "202103")]
    [InlineData("Household.RecognizedMonth", "2021/3", "202103")]
    [InlineData("Household.RecognizedMonth", "2021年3月", "202103")]
    [InlineData("Household.RecognizedMonth", "2021-03-05", "202103")]
    [InlineData("Household.RecognizedMonth", "44260", "202103")]
    [InlineData("Household.NationalUpdatedAt", "2021-03-05 08:30", "2021-03-05T00:30:00.000Z")]
    [InlineData("Household.NationalUpdatedAt", "2021-03-05T00:30:00Z", "2021-03-05T00:30:00.000Z")]
    [InlineData("Household.NationalUpdatedAt", "44260.5", "2021-03-05T04:00:00.000Z")]
    [InlineData("AnnualIncome.WageIncome", "12,345.60", "12345.6")]
    [InlineData("AnnualIncome.WageIncome", "１２，３４５．６", "12345.6")]
    [InlineData("AnnualIncome.WageIncome", "-500", "-500")]
    [InlineData("AnnualIncome.WageIncome", "－500", "-500")]
    [InlineData("AnnualIncome.WageIncome", "1,234,567.89", "1234567.89")]
    [InlineData("AnnualIncome.WageIncome", ".5", "0.5")]
    [InlineData("AnnualIncome.WageIncome", "7.", "7")]
    [InlineData("AnnualIncome.WageIncome", "1.50000000000000000000000000000", "1.5")]
    [InlineData("Household.MemberCount", "3", "3")]
    [InlineData("Household.MemberCount", "3.0", "3")]
    [InlineData("Household.MemberCount", "-1", "-1")]
    [InlineData("Household.MemberCount", " ", null)]
    [InlineData("Household.Locked", "是", "true")]
    [InlineData("Household.Locked", "0", "false")]
    [InlineData("Member.Sex", "男", "1")]
    [InlineData("Member.Health", "残疾,长期慢性病", "2,4")]
    [InlineData("Member.Health", "残疾，长期慢性病", "2,4")]
    [InlineData("Member.Health", "4、2;2", "2,4")]
    [InlineData("Member.Health", "4；2 3", "2,3,4")]
    [InlineData("Member.CertNumber", "41010119900307721x", "41010119900307721X")]
    [InlineData("Member.CertNumber", "４１0101199003077210", "410101199003077210")]
    [InlineData("Member.Name", "  张三　", "张三")]
    [InlineData("Member.Name", "\t张三\n", "张三")]
    [InlineData("Member.Name", "\uFEFF张三", "张三")]
    public void Every_listed_form_is_read(string field, string text, string? expected)
    {
        Assert.Equal(CellFault.None, CellParser.Parse(Field(field), text, Today, out var value));
        Assert.Equal(expected, FieldCheck.TextOf(value));
    }

    [Theory]
    [InlineData("Member.BirthDate", "2021-02-29", CellFault.NotADate)]
    [InlineData("Member.BirthDate", "2021", CellFault.NotADate)]
    [InlineData("Member.BirthDate", "202103", CellFault.NotADate)]
    [InlineData("Member.BirthDate", "2021-03/05", CellFault.NotADate)]
    [InlineData("Member.BirthDate", "不详", CellFault.NotADate)]
    [InlineData("Member.BirthDate", "2026-11-24", CellFault.FutureDate)]
    [InlineData("Household.RecognizedMonth", "202113", CellFault.NotAMonth)]
    [InlineData("Household.RecognizedMonth", "2021", CellFault.NotAMonth)]
    [InlineData("Household.RecognizedMonth", "2021.3", CellFault.NotAMonth)]
    [InlineData("Household.RecognizedMonth", "202612", CellFault.FutureDate)]
    [InlineData("Household.NationalUpdatedAt", "2021-03-05 25:00", CellFault.NotAMoment)]
    [InlineData("AnnualIncome.WageIncome", "1,2345", CellFault.NotANumber)]
    [InlineData("AnnualIncome.WageIncome", "12,34", CellFault.NotANumber)]
    [InlineData("AnnualIncome.WageIncome", ",123", CellFault.NotANumber)]
    [InlineData("AnnualIncome.WageIncome", "1,234,56", CellFault.NotANumber)]
    [InlineData("AnnualIncome.WageIncome", "300元", CellFault.NotANumber)]
    [InlineData("AnnualIncome.WageIncome", "1.2.3", CellFault.NotANumber)]
    [InlineData("AnnualIncome.WageIncome", "-", CellFault.NotANumber)]
    [InlineData("AnnualIncome.WageIncome", ".", CellFault.NotANumber)]
    [InlineData("AnnualIncome.WageIncome", "NaN", CellFault.NotANumber)]
    [InlineData("AnnualIncome.WageIncome", "10000000000", CellFault.TooLong)]
    [InlineData("AnnualIncome.WageIncome", "1.005", CellFault.TooManyDecimals)]
    [InlineData("AnnualIncome.WageIncome", "99999999999999999999999999999999999999", CellFault.TooLong)]
    [InlineData("Household.MemberCount", "3.5", CellFault.NotWhole)]
    [InlineData("Household.MemberCount", "3000000000", CellFault.TooLong)]
    [InlineData("Household.Locked", "也许", CellFault.NotYesNo)]
    [InlineData("Member.Sex", "雄", CellFault.UnknownCode)]
    [InlineData("Member.Health", "残疾,健忘", CellFault.UnknownCode)]
    [InlineData("Member.Name", "张\u0007三", CellFault.ControlCharacter)]
    [InlineData("Member.Name", "张\u202E三", CellFault.ControlCharacter)]
    [InlineData("Member.Name", "张\uFFFD", CellFault.ControlCharacter)]
    [InlineData("Member.Name", "张\uD800三", CellFault.ControlCharacter)]
    [InlineData("Member.CertNumber", "4.10101E+17", CellFault.RoundedNumber)]
    [InlineData("Member.CertNumber", "41010120990307721X", CellFault.FutureDate)]
    [InlineData("Member.CertNumber", "41010119900307721X12345", CellFault.TooLong)]
    public void What_cannot_be_stored_truthfully_is_a_fault(string field, string text, CellFault fault) =>
        Assert.Equal(fault, CellParser.Parse(Field(field), text, Today, out _));

    [Fact]
    public void A_planned_date_may_lie_ahead() => Assert.Equal(CellFault.None, CellParser.Parse(Field("Measure.EndedOn"), "2027-06-30", Today, out _));

    [Fact]
    public void A_rare_character_of_two_units_counts_once()
    {
        var name = string.Concat(Enumerable.Repeat("\U00020BB7", 50));
        Assert.Equal(CellFault.None, CellParser.Parse(Field("Member.Name"), name, Today, out _));
        Assert.Equal(CellFault.TooLong, CellParser.Parse(Field("Member.Name"), name + "三", Today, out _));
    }

    [Fact]
    public void A_form_is_told_all_its_faults_at_once_and_keeps_the_good_fields()
    {
        var texts = FieldTexts.Of(("Name", " 李四 "), ("Sex", "女"), ("BirthDate", "昨天"), ("Age", "30"), ("Nonsense", "1"), ("Remark", ""), ("Phone", null));
        var errors = FieldCheck.Check(DataDictionary.Shipped, EntityMap.Member, texts, "Members[2]", Today, out var canonical);
        Assert.Equal([("field.derived", "Members[2].Age"), ("field.not-a-date", "Members[2].BirthDate"), ("field.unknown", "Members[2].Nonsense")],
            errors.Select(e => (e.Code, e.Field!)));
        Assert.All(errors.Take(2), e => Assert.Contains("“", e.Message, StringComparison.Ordinal));
        Assert.Equal("李四", canonical["Name"]);
        Assert.Equal("2", canonical["Sex"]);
        Assert.True(canonical.Has("Remark") && canonical["Remark"] is null && canonical.Has("Phone"));
        Assert.False(canonical.Has("BirthDate"));
    }

    [Fact]
    public void The_text_form_of_every_value_is_read_back_as_itself()
    {
        foreach (var map in EntityMap.All)
        {
            foreach (var field in DataDictionary.Shipped.Entity(map.Name).Fields.Where(f => !f.Derived))
            {
                var text = Sample(field);
                Assert.Equal(CellFault.None, CellParser.Parse(field, text, Today, out var value));
                Assert.Equal(text, FieldCheck.TextOf(value));
            }
        }
    }

    private static string Sample(FieldDefinition field) => field.Kind switch
    {
        FieldKind.Code or FieldKind.Multi => field.CodeList!.Codes[^1].Code,
        FieldKind.Whole => "-12",
        FieldKind.Decimal => "-12.5",
        FieldKind.Date => "2021-03-05",
        FieldKind.Month => "202103",
        FieldKind.Moment => "2021-03-05T00:30:00.1234567Z",
        FieldKind.Flag => "true",
        _ => "P41",
    };

    private static FieldDefinition Field(string path)
    {
        var parts = path.Split('.');
        return DataDictionary.Shipped.Find(parts[0], parts[1])!;
    }
}
