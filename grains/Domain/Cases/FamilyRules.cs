using System.Collections.Immutable;
using FangFanPin.Domain.Dictionary;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Records;
using FangFanPin.Domain.Sealing;

namespace FangFanPin.Domain.Cases;

/// <summary>The people of a family that the register does not know, as the village finds them at its visit. The applicant is its head and is known already.</summary>
internal static class FamilyRules
{
    private const string Head = "01";
    private static readonly string[] Fixed = [nameof(Member.PersonCode), nameof(Member.MemberStatus), nameof(Member.ChangeReason), nameof(Member.ChangedOn)];

    /// <summary>All faults; none when nobody was named.</summary>
    public static List<DomainError> Faults(CaseFile file, ImmutableArray<FieldTexts> said, CaseContext context, out ImmutableArray<FieldTexts> members)
    {
        members = [];
        if (said.IsDefaultOrEmpty) return [];
        if (file.Kind != CaseKinds.Recognition || file.HouseholdCode is not null) return [CaseErrors.FamilyKnown];
        if (said.Length >= DeclarationCheck.PeopleMost) return [CaseErrors.BadCount("Members")];
        List<DomainError> errors = [];
        var canonical = new List<FieldTexts>(said.Length);
        for (var i = 0; i < said.Length; i++)
        {
            var place = $"Members[{i}]";
            errors.AddRange(FieldCheck.Check(context.Dictionary, EntityMap.Member, said[i], place, context.Today, out var one));
            errors.AddRange(said[i].Select(f => f.Key).Where(Fixed.Contains).Select(f => CaseErrors.FixedField with { Field = $"{place}.{f}" }));
            errors.AddRange(new[] { nameof(Member.Name), nameof(Member.Relation) }.Where(f => string.IsNullOrEmpty(one[f])).Select(f => CaseErrors.Required($"{place}.{f}")));
            if (one[nameof(Member.Relation)] == Head) errors.Add(CaseErrors.SecondHead with { Field = $"{place}.{nameof(Member.Relation)}" });
            canonical.Add(one);
        }
        errors.AddRange(Repeated(file, canonical).Select(i => CaseErrors.MemberTwice with { Field = $"Members[{i}].{nameof(Member.CertNumber)}" }));
        members = [.. canonical];
        return errors;
    }

    private static IEnumerable<int> Repeated(CaseFile file, List<FieldTexts> members)
    {
        var seen = new HashSet<string?> { BlindText.Certificate(file.Declaration?.ApplicantIdNumber ?? file.Warning?.IdNumber) };
        for (var i = 0; i < members.Count; i++)
            if (BlindText.Certificate(members[i][nameof(Member.CertNumber)]) is { } certificate && !seen.Add(certificate)) yield return i;
    }
}
