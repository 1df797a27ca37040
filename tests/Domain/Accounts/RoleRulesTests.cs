using CsCheck;
using FangFanPin.Domain.Accounts;
using FangFanPin.Domain.Regions;
using Xunit;

namespace FangFanPin.Tests.Domain.Accounts;

public sealed class RoleRulesTests
{
    private static readonly Gen<string[]> Sets = Gen.Int[0, RoleNames.All.Count - 1].Select(i => RoleNames.All[i]).Array[0, 6];

    [Fact]
    public void No_set_that_one_person_may_hold_reaches_two_administrators() => Sets.Sample(roles =>
    {
        if (RoleRules.Check(roles, RegionLevel.Province).Count == 0) Assert.True(roles.Count(RoleNames.Administrators.Contains) <= 1, string.Join(' ', roles));
    }, iter: 5_000);

    [Fact]
    public void Security_and_audit_stand_alone() => Sets.Sample(roles =>
    {
        var alone = new[] { RoleNames.SecurityAdmin, RoleNames.AuditAdmin };
        if (RoleRules.Check(roles, RegionLevel.County).Count == 0 && roles.Any(alone.Contains)) Assert.Single(roles);
    }, iter: 5_000);

    [Fact]
    public void Every_role_stands_somewhere_and_alone_it_is_allowed_there()
    {
        foreach (var role in RoleNames.All)
            Assert.Contains(Enum.GetValues<RegionLevel>(), level => RoleRules.Check([role], level).Count == 0);
    }

    [Theory]
    [InlineData(RoleNames.Informant, RegionLevel.Town)]
    [InlineData(RoleNames.SystemAdmin, RegionLevel.Town)]
    [InlineData(RoleNames.AuditAdmin, RegionLevel.Village)]
    [InlineData(RoleNames.Department, RegionLevel.Town)]
    public void A_role_at_the_wrong_level_is_refused(string role, RegionLevel level) => Assert.Contains(RoleErrors.WrongLevel, RoleRules.Check([role], level));

    [Fact]
    public void Unknown_and_doubled_roles_are_refused()
    {
        Assert.Contains(RoleErrors.Unknown, RoleRules.Check(["emperor"], RegionLevel.Province));
        Assert.Contains(RoleErrors.BadSet, RoleRules.Check([RoleNames.Viewer, RoleNames.Viewer], RegionLevel.Province));
    }

    [Theory]
    [InlineData(RoleNames.Reviewer, RegionLevel.County, true)]
    [InlineData(RoleNames.Reviewer, RegionLevel.City, true)]
    [InlineData(RoleNames.Reviewer, RegionLevel.Town, false)]
    [InlineData(RoleNames.Exporter, RegionLevel.Village, true)]
    [InlineData(RoleNames.SystemAdmin, RegionLevel.Province, true)]
    [InlineData(RoleNames.Viewer, RegionLevel.Province, false)]
    public void A_second_factor_is_asked_of_administrators_exporters_and_reviewers_from_county_up(string role, RegionLevel level, bool needed) =>
        Assert.Equal(needed, RoleRules.NeedsSecondFactor([role], level));
}
