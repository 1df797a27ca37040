using FangFanPin.Domain.Cases;
using FangFanPin.Domain.Households;
using Xunit;

namespace FangFanPin.Tests.Domain.Cases;

/// <summary>A declared family that stands in no register: whom the village met at its visit is registered with the applicant.</summary>
public sealed class FamilyTests
{
    private const string Wife = "110105195003120047";
    private static readonly FieldTexts[] Family = [Person("李丙", "02", Wife), Person("王丁", "03", null)];

    private static FieldTexts Person(string name, string relation, string? certificate) => FieldTexts.Of(("Name", name), ("Relation", relation), ("CertNumber", certificate));

    private static CaseStage Verifying() => new CaseStage { Household = null }.Must(CaseStage.Declaration() with { HouseholdCode = null }, "applicant").Must(new Accept(), "village");

    private static Judge Judged(params FieldTexts[] members) => CaseStage.Fitting with { Members = [.. members] };

    private static CaseStage Approved(CaseStage stage, Judge judge)
    {
        stage.Must(judge, "village").Must(stage.Review(), "village");
        stage.Days(5);
        return stage.Must(new EndPublicity(), "village").Must(new Approve(), "town").Must(new Approve { DeptCompareText = "无" }, "county");
    }

    private static RegisterHousehold Registration(CaseStage stage) => (RegisterHousehold)stage.File!.Owed.Single(o => o.Purpose == OwedPurposes.Register).Change;

    [Fact]
    public void The_whole_family_is_registered_with_codes_of_its_household()
    {
        var stage = Approved(Verifying(), Judged(Family));
        var (code, registration) = (stage.File!.HouseholdCode!, Registration(stage));
        Assert.Equal([("王甲", "01", code + "01"), ("李丙", "02", code + "02"), ("王丁", "03", code + "03")], registration.Members.Select(m => (m["Name"], m["Relation"], m["PersonCode"])));
        Assert.Equal("3", registration.Fields["MemberCount"]);
    }

    [Fact]
    public void Who_is_named_at_a_second_visit_replaces_who_was_named_before_and_nobody_named_leaves_them()
    {
        var stage = Verifying().Must(Judged(Family), "village");
        stage.Must(stage.Review(), "village").Days(5);
        stage.Must(new EndPublicity(), "village").Must(new SendBack { To = CaseSteps.Verifying, Opinion = "人口不符" }, "town").Must(Judged(Family[0]), "village");
        Assert.Single(stage.File!.Members);
        stage.Must(new EndPublicity(), "village").Must(new SendBack { To = CaseSteps.Verifying, Opinion = "再核" }, "town").Must(Judged(), "village");
        Assert.Equal("李丙", Assert.Single(stage.File!.Members)["Name"]);
    }

    [Fact]
    public void All_faults_are_said_at_once_with_their_places()
    {
        var errors = Verifying().Try(Judged(Person("", "01", "11010519491231002x"), Person("李丙", "02", Wife), Person("李戊", "03", Wife), FieldTexts.Of(("Name", "甲"), ("Relation", "03"), ("PersonCode", "X"), ("Nonsense", "1"))), "village").Errors;
        Assert.Equal(
            [
                ("Members[0].CertNumber", "case.member-twice"), ("Members[0].Name", "field.required"), ("Members[0].Relation", "case.second-head"), ("Members[2].CertNumber", "case.member-twice"),
                ("Members[3].Nonsense", "field.unknown"), ("Members[3].PersonCode", "case.fixed-field"),
            ],
            errors.Select(e => (e.Field!, e.Code)).Order());
    }

    [Fact]
    public void A_family_that_the_register_knows_is_not_asked()
    {
        Assert.Equal("case.family-known", CaseStage.At(CaseKinds.Recognition, CaseSteps.Verifying).Try(Judged(Family), "village").Error!.Code);
        Assert.Equal("case.bad-count", Verifying().Try(Judged([.. Enumerable.Repeat(Family[1], 30)]), "village").Error!.Code);
    }
}
