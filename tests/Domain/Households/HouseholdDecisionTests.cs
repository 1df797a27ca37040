using System.Collections.Immutable;
using FangFanPin.Domain;
using FangFanPin.Domain.Dictionary;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Regions;
using Xunit;

namespace FangFanPin.Tests.Domain.Households;

public sealed class HouseholdDecisionTests
{
    private const string Village = "411424001001", OtherVillage = "411424001002", FarVillage = "410102001001";
    private static readonly DateOnly Today = new(2026, 11, 23);

    private static readonly DecisionContext County = new(
        "H1", DataDictionary.Shipped, new Villages(), new Actor("u", "柘城县", "editor", "411424000000"), Today);

    private sealed class Villages : IVillages
    {
        public VillagePath? Find(string? code) =>
            code is Village or OtherVillage or FarVillage ? new VillagePath("商丘市", "柘城县", "城关镇", "村" + code) : null;

        public bool IsWithin(string region, string code) => code.StartsWith(region.TrimEnd('0'), StringComparison.Ordinal);
    }

    private static Outcome<HouseholdFile> Decide(HouseholdFile? file, HouseholdChange change) => HouseholdDecision.Decide(file, change, County);

    private static HouseholdFile Registered() => Decide(null, new RegisterHousehold
    {
        Fields = FieldTexts.Of(("AreaCode", Village), ("HeadName", "张三"), ("HouseholdType", "脱贫户"), ("PolicyStatus", "1"), ("MemberCount", "2")),
        Members = [Person("P1", "张三", "户主"), Person("P2", "李四", "配偶")],
    }).Value!;

    private static FieldTexts Person(string code, string name, string relation) =>
        FieldTexts.Of(("PersonCode", code), ("Name", name), ("Relation", relation), ("CertNumber", "11010519491231002x"));

    private static HouseholdFile Monitored() => Decide(Registered(), new IdentifyRisk
    {
        EpisodeId = "E1", Fields = FieldTexts.Of(("MonitorCategory", "1"), ("RiskType1", "因病"), ("RecognizedMonth", "2025-03")),
    }).Value!;

    [Fact]
    public void Registering_turns_labels_into_codes_and_takes_names_from_the_region_tree()
    {
        var file = Registered();
        Assert.Equal(("H1", "1", "柘城县", "1"), (file.Household.HouseholdCode, file.Household.HouseholdType, file.Household.CountyName, file.Household.HouseholdStatus));
        Assert.Equal(new DateOnly(1949, 12, 31), file.Members[0].BirthDate);
        Assert.Equal("11010519491231002X", file.Members[0].CertNumber);
    }

    [Fact]
    public void All_faults_of_a_form_are_reported_at_once_with_their_places()
    {
        var outcome = Decide(null, new RegisterHousehold
        {
            Fields = FieldTexts.Of(("HouseholdType", "富户"), ("MemberCount", "三"), ("NoSuch", "1")),
            Members = [FieldTexts.Of(("Name", "无编号")), Person("P1", "甲", "户主"), Person("P1", "乙", "配偶")],
        });
        Assert.Equal(
            ["HouseholdType", "MemberCount", "Members[0].PersonCode", "Members[2].PersonCode", "NoSuch"],
            outcome.Errors.Select(e => e.Field!).Order(StringComparer.Ordinal));
        Assert.Null(outcome.Value);
    }

    [Fact]
    public void A_household_is_registered_once() => AssertCode("household.exists", Decide(Registered(), new RegisterHousehold { Fields = FieldTexts.None }));

    [Fact]
    public void A_village_of_another_county_is_refused_at_registration_and_move()
    {
        AssertCode("household.outside-area", Decide(null, new RegisterHousehold { Fields = FieldTexts.Of(("AreaCode", FarVillage)) }));
        AssertCode("household.outside-area", Decide(Registered(), new MoveHousehold { ToVillage = FarVillage }));
        AssertCode("household.unknown-village", Decide(Registered(), new MoveHousehold { ToVillage = "411424999999" }));
    }

    [Fact]
    public void A_household_of_another_area_cannot_be_changed_by_anybody()
    {
        var far = Registered() with { Household = Registered().Household with { AreaCode = FarVillage } };
        AssertCode("household.outside-area", Decide(far, new AmendHousehold { Fields = FieldTexts.Of(("Phone", "13800000000")) }));
    }

    [Fact]
    public void A_field_that_is_null_becomes_empty_and_one_that_is_absent_stays()
    {
        var amended = Decide(Registered(), new AmendHousehold { Fields = FieldTexts.Of(("HeadName", null), ("Address", "东头")) }).Value!;
        Assert.Equal((null, "东头", "1"), (amended.Household.HeadName, amended.Household.Address, amended.Household.PolicyStatus));
    }

    [Theory]
    [InlineData("AreaCode"), InlineData("HouseholdCode"), InlineData("HouseholdStatus"), InlineData("CountyName")]
    public void Place_code_and_status_cannot_be_amended(string field) =>
        AssertCode("household.fixed-field", Decide(Registered(), new AmendHousehold { Fields = FieldTexts.Of((field, "1")) }));

    [Fact]
    public void A_move_takes_the_names_of_the_new_village()
    {
        var moved = Decide(Registered(), new MoveHousehold { ToVillage = OtherVillage }).Value!;
        Assert.Equal((OtherVillage, "村" + OtherVillage), (moved.Household.AreaCode, moved.Household.VillageName));
    }

    [Fact]
    public void A_member_who_left_stays_in_the_file_with_the_reason_and_the_count_follows()
    {
        var file = Decide(Registered(), new RemoveMember { PersonCode = "P2", ChangeReason = "21", ChangedOn = new YearMonth(2026, 10) }).Value!;
        Assert.Equal((2, 1, 1), (file.Members.Length, file.ActiveMembers.Count(), file.Household.MemberCount));
        AssertCode("household.member-gone", Decide(file, new RemoveMember { PersonCode = "P2", ChangeReason = "21", ChangedOn = new YearMonth(2026, 10) }));
        AssertCode("household.bad-change-reason", Decide(Registered(), new RemoveMember { PersonCode = "P2", ChangeReason = "11", ChangedOn = new YearMonth(2026, 10) }));
        AssertCode("field.future-date", Decide(Registered(), new RemoveMember { PersonCode = "P2", ChangeReason = "21", ChangedOn = new YearMonth(2026, 12) }));
    }

    [Fact]
    public void A_future_birth_date_is_refused() => AssertCode("field.future-date", Decide(Registered(), new AddMember
    {
        Fields = FieldTexts.Of(("PersonCode", "P3"), ("BirthDate", "2027-01-01")),
    }));

    [Fact]
    public void Identifying_a_risk_shows_in_the_household_and_eliminating_it_ends_it()
    {
        var monitored = Monitored();
        Assert.Equal(("1", "0", "01", 2), (monitored.Household.MonitorCategory, monitored.Household.RiskEliminated, monitored.Household.RiskType1, monitored.Episodes[0].IdMemberCount));
        AssertCode("household.episode-open", Decide(monitored, new IdentifyRisk { EpisodeId = "E2", Fields = FieldTexts.None }));
        AssertCode("household.eliminated-before-recognized", Decide(monitored, Eliminate("2025-02")));
        var ended = Decide(monitored, Eliminate("2026-02")).Value!;
        Assert.Equal(("1", "1", new YearMonth(2026, 2)), (ended.Household.RiskEliminated, ended.Episodes[0].EliminationMode, ended.Household.EliminatedMonth!.Value));
        AssertCode("household.episode-closed", Decide(ended, Eliminate("2026-02")));
    }

    [Fact]
    public void A_measure_belongs_to_the_current_episode_and_ends_once()
    {
        var helped = Decide(Monitored(), new AddMeasure
        {
            MeasureId = "M1", Fields = FieldTexts.Of(("Category", "07"), ("Item", "0704"), ("StartedOn", "2025年4月1日")),
        }).Value!;
        Assert.Equal(("E1", "1", 2025), (helped.Measures[0].EpisodeId, helped.Measures[0].Status, helped.Measures[0].StatYear));
        var finish = new FinishMeasure { MeasureId = "M1", EndedOn = new DateOnly(2025, 9, 1) };
        AssertCode("household.ends-before-start", Decide(helped, finish with { EndedOn = new DateOnly(2025, 3, 1) }));
        AssertCode("household.measure-ended", Decide(Decide(helped, finish).Value, finish));
        AssertCode("household.item-of-other-category", Decide(Monitored(), new AddMeasure
        {
            MeasureId = "M1", Fields = FieldTexts.Of(("Category", "01"), ("Item", "0704"), ("StartedOn", "2025-04-01")),
        }));
    }

    [Fact]
    public void A_yearly_record_is_made_once_and_then_changed()
    {
        var first = Decide(Registered(), new RecordIncome { StatYear = 2025, Fields = FieldTexts.Of(("WageIncome", "1,200.50")) }).Value!;
        var second = Decide(first, new RecordIncome { StatYear = 2025, Fields = FieldTexts.Of(("BusinessIncome", "10")) }).Value!;
        Assert.Equal((1200.50m, 10m), (second.Incomes.Single().WageIncome, second.Incomes.Single().BusinessIncome));
        AssertCode("household.bad-year", Decide(first, new RecordIncome { StatYear = 2031, Fields = FieldTexts.None }));
    }

    [Fact]
    public void A_split_parts_the_members_and_leaves_nobody_twice()
    {
        var split = new SplitHousehold { NewHouseholdCode = "H2", PersonCodes = ["P2"] };
        var parted = SplitDecision.Leave(Registered(), split, County).Value!;
        Assert.Equal("P1", parted.Remaining.ActiveMembers.Single().PersonCode);
        Assert.Equal(("H2", "P2", "李四"), (parted.Leaving.Household.HouseholdCode, parted.Leaving.Members.Single().PersonCode, parted.Leaving.Household.HeadName));
        AssertCode("household.split-nobody", Decide(Registered(), split with { PersonCodes = ["P1", "P2"] }));
        var owed = new OwedSplit(Guid.NewGuid(), "H2", parted.Leaving, County.Actor);
        Assert.Empty(FileDiff.Between(Registered(), SplitDecision.TakeBack(parted.Remaining, owed)));
    }

    [Fact]
    public void A_deregistered_household_can_only_be_restored()
    {
        var gone = Decide(Registered(), new DeregisterHousehold { HouseholdStatus = "2" }).Value!;
        AssertCode("household.deregistered", Decide(gone, new AmendHousehold { Fields = FieldTexts.None }));
        Assert.True(Decide(gone, new RestoreHousehold()).Value!.IsActive);
        AssertCode("household.not-deregistered", Decide(Registered(), new RestoreHousehold()));
    }

    [Fact]
    public void Undoing_an_import_restores_the_file_before_it_unless_something_newer_changed_it()
    {
        var before = Registered();
        var after = Monitored();
        var state = new HouseholdState { File = after, LastChange = Change("I1", before, after) };
        Assert.Empty(FileDiff.Between(before, ImportUndo.Decide(state, new RevertImport { ImportId = "I1" }).Value!.File));
        Assert.Equal("household.newer-change", ImportUndo.Decide(state, new RevertImport { ImportId = "I2" }).Error!.Code);
        var fresh = new HouseholdState { File = after, LastChange = Change("I1", null, after) };
        Assert.Null(ImportUndo.Decide(fresh, new RevertImport { ImportId = "I1" }).Value!.File);
    }

    [Fact]
    public void A_written_change_keeps_its_fields_for_as_long_as_an_import_may_be_taken_back_and_no_others()
    {
        var (before, after) = (Registered(), Monitored());
        var imported = Change("I1", before, after);
        imported.Kept();
        Assert.Empty(FileDiff.Between(before, ImportUndo.Decide(new HouseholdState { File = after, LastChange = imported }, new RevertImport { ImportId = "I1" }).Value!.File));
        var amended = imported with { ImportId = null };
        Assert.NotEmpty(amended.Changes);
        amended.Kept();
        Assert.Empty(amended.Changes);
        Assert.NotEmpty(imported.Changes);
    }

    private static HouseholdChanged Change(string importId, HouseholdFile? before, HouseholdFile after) => new()
    {
        Version = 1, CommandId = Guid.NewGuid(), Kind = "import", Actor = Actor.System, At = DateTimeOffset.UnixEpoch, ImportId = importId,
        Changes = FileDiff.Between(before, after),
    };

    private static EliminateRisk Eliminate(string month) => new()
    {
        EpisodeId = "E1", Fields = FieldTexts.Of(("EliminationMode", "帮扶消除"), ("EliminatedMonth", month)),
    };

    private static void AssertCode(string code, Outcome<HouseholdFile> outcome) => Assert.Equal(code, outcome.Error?.Code);
}
