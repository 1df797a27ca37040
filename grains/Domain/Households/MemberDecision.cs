using FangFanPin.Domain.Records;

namespace FangFanPin.Domain.Households;

/// <summary>Members come, change and leave; who has left stays in the file with the reason.</summary>
internal static class MemberDecision
{
    private static readonly string[] Fixed =
        [nameof(Member.PersonCode), nameof(Member.MemberStatus), nameof(Member.ChangeReason), nameof(Member.ChangedOn)];

    /// <summary>A member from a form; BirthDate is the certificate's when the certificate has one.</summary>
    public static Outcome<Member> New(FieldTexts fields, string place, DecisionContext context) =>
        Form.Fill(new Member(), EntityMap.Member, fields, place, context, required: [nameof(Member.PersonCode)])
            .As(m => WithCertificateDate(m with { MemberStatus = m.MemberStatus ?? MemberStatuses.Active }));

    public static Outcome<HouseholdFile> Add(HouseholdFile file, AddMember add, DecisionContext context)
    {
        if (file.Members.Length >= HouseholdLimits.MembersMax) return HouseholdErrors.TooManyMembers;
        var member = New(add.Fields, "Member", context);
        if (!member.Ok) return new Outcome<HouseholdFile> { Errors = member.Errors };
        if (Find(file, member.Value!.PersonCode!) is not null) return HouseholdErrors.MemberExists;
        return Recounted(file, file with { Members = file.Members.Add(member.Value) });
    }

    public static Outcome<HouseholdFile> Change(HouseholdFile file, ChangeMember edit, DecisionContext context)
    {
        if (Find(file, edit.PersonCode) is not { } member) return HouseholdErrors.MemberNotFound;
        return Form.Fill(member, EntityMap.Member, edit.Fields, "Member", context, refused: Fixed)
            .As(changed => file with { Members = file.Members.Replace(member, WithCertificateDate(changed)) });
    }

    public static Outcome<HouseholdFile> Remove(HouseholdFile file, RemoveMember remove, DecisionContext context)
    {
        if (Find(file, remove.PersonCode) is not { } member) return HouseholdErrors.MemberNotFound;
        if (member.MemberStatus == MemberStatuses.Gone) return HouseholdErrors.MemberGone;
        if (!IsDecrease(remove.ChangeReason, context)) return HouseholdErrors.BadChangeReason;
        if (remove.ChangedOn > YearMonth.Of(context.Today)) return HouseholdErrors.FutureMonth("Member", nameof(Member.ChangedOn));
        return Recounted(file, file with { Members = file.Members.Replace(member, Gone(member, remove.ChangeReason, remove.ChangedOn)) });
    }

    internal static Member Gone(Member member, string reason, YearMonth month) =>
        member with { MemberStatus = MemberStatuses.Gone, ChangeReason = reason, ChangedOn = month };

    internal static Member? Find(HouseholdFile file, string personCode) => file.Members.FirstOrDefault(m => m.PersonCode == personCode);

    /// <summary>A stored 家庭人口数 that agreed with the members goes on agreeing; one that did not is left to the quality rules.</summary>
    internal static HouseholdFile Recounted(HouseholdFile before, HouseholdFile after) =>
        before.Household.MemberCount == before.ActiveMembers.Count()
            ? after with { Household = after.Household with { MemberCount = after.ActiveMembers.Count() } }
            : after;

    /// <summary>The list ChangeReason numbers increases 1x and decreases 2x.</summary>
    private static bool IsDecrease(string reason, DecisionContext context) =>
        reason.StartsWith('2') && context.Dictionary.List("ChangeReason").Contains(reason);

    internal static Member WithCertificateDate(Member member) =>
        Certificates.BirthDateOf(member.CertNumber) is { } date && date != member.BirthDate ? member with { BirthDate = date } : member;
}
