using System.Collections.Immutable;
using FangFanPin.Domain.Records;

namespace FangFanPin.Domain.Households;

/// <summary>分户. The old household keeps its episodes, measures and yearly records: they were found and given there.</summary>
public static class SplitDecision
{
    /// <summary>List ChangeReason: 分户转出.</summary>
    private const string SplitOff = "28";

    public sealed record Parted(HouseholdFile Remaining, HouseholdFile Leaving);

    public static Outcome<Parted> Leave(HouseholdFile file, SplitHousehold split, DecisionContext context)
    {
        var leaving = file.ActiveMembers.Where(m => split.PersonCodes.Contains(m.PersonCode!)).ToImmutableArray();
        if (leaving.Length != split.PersonCodes.Distinct().Count()) return HouseholdErrors.MemberNotFound;
        if (leaving.Length == 0 || leaving.Length == file.ActiveMembers.Count()) return HouseholdErrors.SplitNobody;
        if (split.NewHouseholdCode == context.Code) return HouseholdErrors.Exists;
        var household = Form.Fill(Heading(file.Household, leaving), EntityMap.Household, split.NewFields, "NewFields", context,
            refused: [nameof(Household.AreaCode), nameof(Household.HouseholdCode), nameof(Household.HouseholdStatus)]);
        return household.As(h => new Parted(Remaining(file, leaving, context), new HouseholdFile
        {
            Household = h with { HouseholdCode = split.NewHouseholdCode },
            Members = [.. leaving],
        }));
    }

    /// <summary>The new household takes what the old one sends; a file that is there already was sent by an earlier attempt or is somebody else's.</summary>
    public static Outcome<HouseholdFile> Receive(HouseholdFile? file, ReceiveSplit receive) =>
        file is null ? receive.File : HouseholdErrors.Exists;

    /// <summary>What the old household looks like when the new code turned out to be taken: the members are back.</summary>
    public static HouseholdFile TakeBack(HouseholdFile file, OwedSplit owed)
    {
        var back = owed.File.Members.ToDictionary(m => m.PersonCode!);
        return MemberDecision.Recounted(file, file with { Members = [.. file.Members.Select(m => back.GetValueOrDefault(m.PersonCode ?? "", m))] });
    }

    private static HouseholdFile Remaining(HouseholdFile file, ImmutableArray<Member> leaving, DecisionContext context) =>
        MemberDecision.Recounted(file, file with
        {
            Members = [.. file.Members.Select(m => leaving.Contains(m) ? MemberDecision.Gone(m, SplitOff, YearMonth.Of(context.Today)) : m)],
        });

    /// <summary>Place and standing are the old household's; what belongs to its head is not.</summary>
    private static Household Heading(Household old, ImmutableArray<Member> leaving)
    {
        var head = leaving.FirstOrDefault(m => m.Relation == "01") ?? leaving[0];
        return old with
        {
            HeadName = head.Name, HeadCertNumber = head.CertNumber, Phone = head.Phone, MemberCount = leaving.Length, MemberCountStart = null,
            BankName = null, BankAccount = null, HeadSignatureFile = null, AuthorizationFile = null, AuthorizationSigned = null, FilledOn = null,
            MonitorCategory = null, RecognizedMonth = null, RiskEliminated = null, EliminatedMonth = null, RiskType1 = null, RiskType2 = null,
            RiskType3 = null, RiskType4 = null, RiskType5 = null, RiskOtherRemark = null, DisasterType = null, DisasterRemark = null,
            NoLaborBottomLine = null, DevMeasureStatus = null, SyncBatchId = null, NationalUpdatedAt = null, Locked = null,
        };
    }
}
