using FangFanPin.Domain.Dictionary;
using FangFanPin.Domain.Records;
using Xunit;

namespace FangFanPin.Tests.Domain.Records;

public sealed class MaskingTests
{
    private const string Example = "411424199003077213";

    [Fact]
    public void What_is_not_sensitive_is_shown_whole_and_names_are_not_sensitive()
    {
        var fields = DataDictionary.Shipped.Entity("Household").Fields.Concat(DataDictionary.Shipped.Entity("Member").Fields).ToList();
        foreach (var field in fields.Where(f => f.Level < FieldLevel.Sensitive)) Assert.Equal("王小明", Masking.Shown(field.Id, "王小明"));
        Assert.All(new[] { "HeadName", "Name" }, id => Assert.False(FieldLevels.IsMasked(id)));
    }

    [Fact]
    public void An_indicator_added_at_run_time_is_judged_by_its_content_except_codes_of_households()
    {
        Assert.Equal("411***********7213", Masking.Shown("Whatever", Example, known: false));
        Assert.Equal("P4114240000000001", Masking.Shown("PlatformCode", "P4114240000000001", known: false));
        Assert.Equal("三间", Masking.Shown("Whatever", "三间", known: false));
    }
}
