using FangFanPin.Domain.Dictionary;
using FangFanPin.Domain.Imports;
using FangFanPin.Domain.Records;
using FangFanPin.Domain.Regions;

namespace FangFanPin.Domain.Households;

/// <summary>What a decision may know beside the household itself.</summary>
/// <param name="Code">The household's code, from the grain's key.</param>
/// <param name="Today">The day in Asia/Shanghai.</param>
public sealed record DecisionContext(string Code, DataDictionary Dictionary, IVillages Villages, Actor Actor, DateOnly Today)
{
    /// <summary>For an import that replaces a platform code: the active file under that code; null when there is none any more.</summary>
    public HouseholdFile? Predecessor { get; init; }
}

/// <summary>(state, change, context) → new state or everything that is wrong with the change. Pure.</summary>
public static class HouseholdDecision
{
    public static Outcome<HouseholdFile> Decide(HouseholdFile? file, HouseholdChange change, DecisionContext context) => change switch
    {
        // Before the area rule: the village may have ended, and then lies in nobody's area.
        FollowVillage follow when file is not null => LifecycleDecision.Follow(file, follow, context),
        // Said again where the data lives: the API has asked already, but a household may have moved meanwhile.
        _ when file is not null && !context.Villages.IsWithin(context.Actor.Region, file.Household.AreaCode ?? "") => HouseholdErrors.OutsideArea,
        RegisterHousehold register => LifecycleDecision.Register(file, register, context),
        ImportFile import => ImportDecision.Decide(file, import, context),
        ReceiveSplit receive => SplitDecision.Receive(file, receive),
        _ when file is null => HouseholdErrors.NotFound,
        HandOver over => PlatformCode.Closed(file, over),
        RestoreHousehold => LifecycleDecision.Restore(file, context),
        _ when !file.IsActive => HouseholdErrors.Deregistered,
        AmendHousehold amend => LifecycleDecision.Amend(file, amend, context),
        MoveHousehold move => LifecycleDecision.Move(file, move, context),
        DeregisterHousehold deregister => LifecycleDecision.Deregister(file, deregister),
        AddMember add => MemberDecision.Add(file, add, context),
        ChangeMember edit => MemberDecision.Change(file, edit, context),
        RemoveMember remove => MemberDecision.Remove(file, remove, context),
        SplitHousehold split => SplitDecision.Leave(file, split, context).As(s => s.Remaining),
        RecordIncome income => YearlyDecision.Income(file, income, context),
        RecordExpenditure expenditure => YearlyDecision.Expenditure(file, expenditure, context),
        RecordLiving living => YearlyDecision.Living(file, living, context),
        RecordSecurity security => YearlyDecision.Security(file, security, context),
        IdentifyRisk identify => RiskDecision.Identify(file, identify, context),
        EliminateRisk eliminate => RiskDecision.Eliminate(file, eliminate, context),
        FoundInNational => RiskDecision.Found(file),
        AddMeasure add => MeasureDecision.Add(file, add, context),
        FinishMeasure finish => MeasureDecision.Finish(file, finish, context),
        AmendMeasure amend => MeasureDecision.Amend(file, amend, context),
        DecideMeasures decide => MeasureDecision.Decide(file, decide, context),
        _ => throw new System.Diagnostics.UnreachableException($"No decision for {change.GetType().Name}."),
    };
}

/// <summary>A form's fields checked against the dictionary and against what the form may not touch.</summary>
internal static class Form
{
    /// <summary>The record with the form's fields in it, or all faults of the form at once.</summary>
    public static Outcome<TEntity> Fill<TEntity>(
        TEntity record, EntityMap map, FieldTexts fields, string place, DecisionContext context, string[]? required = null, string[]? refused = null)
        where TEntity : Entity
    {
        var errors = FieldCheck.Check(context.Dictionary, map, fields, place, context.Today, out var canonical);
        foreach (var (id, _) in fields)
        {
            if (refused?.Contains(id) == true) errors.Add(HouseholdErrors.FixedField(place, id));
        }
        if (errors.Count > 0) return errors;
        var filled = map.WithTexts(record, canonical);
        foreach (var id in required ?? [])
        {
            if (map.Find(id)!.IsEmpty(filled)) errors.Add(HouseholdErrors.Required(place, id));
        }
        return errors.Count > 0 ? errors : filled;
    }
}
