using System.Collections.Frozen;
using FangFanPin.Domain.Dictionary;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Records;

namespace FangFanPin.Domain.Cases;

/// <summary>What a household's measures must be together: 一户一策.</summary>
/// <remarks>The pairs are those of the quality rules on 致贫返贫风险与帮扶措施不对应, so that what passes here is no finding there.</remarks>
internal static class MeasureRules
{
    private const string Security = "10";
    private static readonly string[] Developing = ["01", "02", "03", "04"];
    private static readonly string[] Fixed = [nameof(Measure.MeasureId), nameof(Measure.HouseholdCode), nameof(Measure.EpisodeId), nameof(Measure.Status), nameof(Measure.EndedOn)];

    private static readonly FrozenDictionary<string, string[]> Answers = new Dictionary<string, string[]>
    {
        ["01"] = ["07", "10", "11"],
        ["02"] = ["10", "11"],
        ["03"] = ["08", "09", "11"],
        ["04"] = ["01", "02", "03", "05", "10", "11", "13"],
        ["05"] = ["07", "10", "11"],
        ["06"] = ["01", "03"],
        ["07"] = ["01", "02", "04"],
        ["08"] = ["04", "10", "11"],
        ["09"] = ["05", "12"],
        ["10"] = ["06"],
    }.ToFrozenDictionary();

    /// <summary>All that is missing; a risk that no rule knows is answered by any measure.</summary>
    public static IEnumerable<DomainError> Missing(MeasurePlan plan, HouseholdFacts household)
    {
        HashSet<string> categories = [.. plan.Measures.Where(m => m.Status is MeasureStates.Proposed or MeasureStates.Decided or MeasureStates.Running).Select(m => m.Category), .. household.MeasureCategories];
        foreach (var risk in plan.Risks)
            if (Answers.TryGetValue(risk, out var fitting) ? !categories.Overlaps(fitting) : categories.Count == 0) yield return CaseErrors.RiskWithoutMeasure(risk);
        if (categories.Count == 0) yield return CaseErrors.MeasureRequired;
        else if (household.HasLabour && !categories.Overlaps(Developing)) yield return CaseErrors.DevelopmentRequired;
        else if (!household.HasLabour && !categories.Contains(Security)) yield return CaseErrors.SecurityRequired;
    }

    /// <summary>One proposal's own faults, and its fields as the dictionary writes them.</summary>
    public static List<DomainError> Faults(MeasureProposal proposal, CaseContext context, out FieldTexts canonical)
    {
        var errors = FieldCheck.Check(context.Dictionary, EntityMap.Measure, proposal.Fields, nameof(Measure), context.Today, out canonical);
        var fields = canonical;
        errors.AddRange(proposal.Fields.Select(f => f.Key).Where(Fixed.Contains).Select(f => CaseErrors.FixedField with { Field = $"Measure.{f}" }));
        errors.AddRange(new[] { nameof(Measure.Category), nameof(Measure.Item) }.Where(f => string.IsNullOrEmpty(fields[f])).Select(f => CaseErrors.Required($"Measure.{f}")));
        if (errors.Count > 0) return errors;
        if (!fields[nameof(Measure.Item)]!.StartsWith(fields[nameof(Measure.Category)]!, StringComparison.Ordinal)) errors.Add(HouseholdErrors.ItemOfOtherCategory);
        if (fields[nameof(Measure.Item)]!.EndsWith("99", StringComparison.Ordinal) && string.IsNullOrEmpty(fields[nameof(Measure.OtherRemark)])) errors.Add(CaseErrors.Required("Measure.OtherRemark"));
        if (fields[nameof(Measure.PersonCode)] is { Length: > 0 } person && !context.Household!.Persons.Contains(person)) errors.Add(HouseholdErrors.MemberNotFound);
        return errors;
    }
}
