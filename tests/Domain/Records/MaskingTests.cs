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

    [Theory]
    [InlineData("/api/v1/households/411424199003077213/history", "/api/v1/households/411***********7213/history")]
    [InlineData("/api/v1/households/41142419900307721x", "/api/v1/households/411***********721x")]
    [InlineData("/api/v1/households/41142419990307721342", "/api/v1/households/411*************1342")]
    [InlineData("/api/v1/households/411424990307721", "/api/v1/households/411********7721")]
    [InlineData("/api/v1/cases/13812345678", "/api/v1/cases/138****5678")]
    [InlineData("/api/v1/regions/411424101201/statistics/1", "/api/v1/regions/411424101201/statistics/1")]
    [InlineData("/api/v1/households/4114241012010001", "/api/v1/households/4114241012010001")]
    [InlineData("/api/v1/exports/0b6f0c1d2e3f40516273849500a1b2c3", "/api/v1/exports/0b6f0c1d2e3f40516273849500a1b2c3")]
    public void Numbers_of_people_in_a_path_are_cut_short_and_codes_are_not(string path, string shown) => Assert.Equal(shown, Masking.InCodes(path));

    [Fact]
    public void An_indicator_added_at_run_time_is_judged_by_its_content_except_codes_of_households()
    {
        Assert.Equal("411***********7213", Masking.Shown("Whatever", Example, known: false));
        Assert.Equal("P4114240000000001", Masking.Shown("PlatformCode", "P4114240000000001", known: false));
        Assert.Equal("三间", Masking.Shown("Whatever", "三间", known: false));
    }
}
