using System.Collections.Immutable;
using FangFanPin.Domain.Records;

namespace FangFanPin.Domain.Households;

/// <summary>Records of a year (income, expenditure, living conditions) and of a day (security): made by the first form, changed by later ones.</summary>
internal static class YearlyDecision
{
    private static readonly string[] YearFixed = ["HouseholdCode", "StatYear"];
    private const int FirstYear = 2014;

    public static Outcome<HouseholdFile> Income(HouseholdFile file, RecordIncome form, DecisionContext context) =>
        Record(file.Incomes, EntityMap.AnnualIncome, form, r => r.StatYear, context,
            new AnnualIncome { HouseholdCode = context.Code, StatYear = form.StatYear }, list => file with { Incomes = list });

    public static Outcome<HouseholdFile> Expenditure(HouseholdFile file, RecordExpenditure form, DecisionContext context) =>
        Record(file.Expenditures, EntityMap.AnnualExpenditure, form, r => r.StatYear, context,
            new AnnualExpenditure { HouseholdCode = context.Code, StatYear = form.StatYear }, list => file with { Expenditures = list });

    public static Outcome<HouseholdFile> Living(HouseholdFile file, RecordLiving form, DecisionContext context) =>
        Record(file.Living, EntityMap.LivingCondition, form, r => r.StatYear, context,
            new LivingCondition { HouseholdCode = context.Code, StatYear = form.StatYear }, list => file with { Living = list });

    public static Outcome<HouseholdFile> Security(HouseholdFile file, RecordSecurity form, DecisionContext context)
    {
        if (form.CollectedOn > context.Today) return HouseholdErrors.FutureDate("SecurityStatus", nameof(SecurityStatus.CollectedOn));
        return Upsert(file.Securities, EntityMap.SecurityStatus, form.Fields, r => r.CollectedOn == form.CollectedOn, context,
            new SecurityStatus { HouseholdCode = context.Code, CollectedOn = form.CollectedOn }, ["HouseholdCode", nameof(SecurityStatus.CollectedOn)])
            .As(list => file with { Securities = [.. list.OrderBy(r => r.CollectedOn)] });
    }

    private static Outcome<HouseholdFile> Record<TEntity>(
        ImmutableArray<TEntity> list, EntityMap map, YearlyChange form, Func<TEntity, int?> year, DecisionContext context,
        TEntity fresh, Func<ImmutableArray<TEntity>, HouseholdFile> put) where TEntity : Entity
    {
        // The income year ends on 30 September, so next year's record may be opened in autumn, none later.
        if (form.StatYear < FirstYear || form.StatYear > context.Today.Year + 1) return HouseholdErrors.BadYear(map.Name);
        return Upsert(list, map, form.Fields, r => year(r) == form.StatYear, context, fresh, YearFixed).As(l => put([.. l.OrderBy(year)]));
    }

    private static Outcome<ImmutableArray<TEntity>> Upsert<TEntity>(
        ImmutableArray<TEntity> list, EntityMap map, FieldTexts fields, Func<TEntity, bool> same, DecisionContext context, TEntity fresh, string[] refused)
        where TEntity : Entity
    {
        var existing = list.FirstOrDefault(same);
        if (existing is null && list.Length >= HouseholdLimits.RecordsMax) return HouseholdErrors.TooManyRecords;
        return Form.Fill(existing ?? fresh, map, fields, map.Name, context, refused: refused)
            .As(filled => existing is null ? list.Add(filled) : list.Replace(existing, filled));
    }
}
