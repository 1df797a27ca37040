using FangFanPin.Domain.Dictionary;
using FangFanPin.Domain.Records;
using Xunit;

namespace FangFanPin.Tests.Domain.Records;

public sealed class MaskingTests
{
    private static readonly string[] Numbers = ["证件号码", "证件号", "身份证号", "电话", "手机号", "银行卡号"];
    private const string Example = "411424199003077213";

    private static IEnumerable<(string Entity, FieldDefinition Field)> Fields(params string[] entities) =>
        entities.SelectMany(e => DataDictionary.Shipped.Entity(e).Fields.Select(f => (e, f)));

    [Fact]
    public void Every_field_of_households_and_members_that_the_dictionary_labels_a_number_of_a_person_is_hidden_in_part()
    {
        var fields = Fields("Household", "Member").Where(f => Numbers.Any(n => f.Field.Label.EndsWith(n, StringComparison.Ordinal))).ToList();
        Assert.True(fields.Count >= 6, string.Join(' ', fields.Select(f => f.Field.Id)));
        Assert.All(fields, f =>
        {
            Assert.NotEqual(Sensitivity.Open, f.Field.Sensitivity);
            Assert.True(Masking.IsMasked(Masking.Shown(f.Field.Id, Example)), $"{f.Entity}.{f.Field.Id}");
        });
    }

    [Fact]
    public void Nothing_else_is_hidden_and_names_are_not()
    {
        foreach (var (_, field) in Fields("Household", "Member").Where(f => f.Field.Sensitivity == Sensitivity.Open)) Assert.Equal("王小明", Masking.Shown(field.Id, "王小明"));
        Assert.All(new[] { "HeadName", "Name" }, id => Assert.Equal(Sensitivity.Open, Masking.LevelOf(id)));
    }

    [Fact]
    public void An_indicator_added_at_run_time_is_judged_by_its_content_except_codes_of_households()
    {
        Assert.Equal("411***********7213", Masking.Shown("Whatever", Example, known: false));
        Assert.Equal("P4114240000000001", Masking.Shown("PlatformCode", "P4114240000000001", known: false));
        Assert.Equal("三间", Masking.Shown("Whatever", "三间", known: false));
    }
}
