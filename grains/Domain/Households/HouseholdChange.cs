using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace FangFanPin.Domain.Households;

/// <summary>
/// What somebody wants to do to one household. Fields are given by dictionary identifier in text form; a field that is absent keeps its
/// value, one that is null becomes empty. Values are checked by the decision, so a change may come straight from a request.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(RegisterHousehold), "register")]
[JsonDerivedType(typeof(AmendHousehold), "amend")]
[JsonDerivedType(typeof(AddMember), "add-member")]
[JsonDerivedType(typeof(ChangeMember), "change-member")]
[JsonDerivedType(typeof(RemoveMember), "remove-member")]
[JsonDerivedType(typeof(RecordIncome), "record-income")]
[JsonDerivedType(typeof(RecordExpenditure), "record-expenditure")]
[JsonDerivedType(typeof(RecordLiving), "record-living")]
[JsonDerivedType(typeof(RecordSecurity), "record-security")]
[JsonDerivedType(typeof(IdentifyRisk), "identify-risk")]
[JsonDerivedType(typeof(EliminateRisk), "eliminate-risk")]
[JsonDerivedType(typeof(AddMeasure), "add-measure")]
[JsonDerivedType(typeof(FinishMeasure), "finish-measure")]
[JsonDerivedType(typeof(AmendMeasure), "amend-measure")]
[JsonDerivedType(typeof(DecideMeasures), "decide-measures")]
[JsonDerivedType(typeof(MoveHousehold), "move")]
[JsonDerivedType(typeof(FollowVillage), "follow-village")]
[JsonDerivedType(typeof(SplitHousehold), "split")]
[JsonDerivedType(typeof(DeregisterHousehold), "deregister")]
[JsonDerivedType(typeof(RestoreHousehold), "restore")]
[JsonDerivedType(typeof(ReceiveSplit), "receive-split")]
[JsonDerivedType(typeof(ImportFile), "import")]
[JsonDerivedType(typeof(HandOver), "hand-over")]
[JsonDerivedType(typeof(RevertImport), "revert-import")]
[JsonDerivedType(typeof(FoundInNational), "found-in-national")]
public abstract record HouseholdChange;

/// <summary>登记. Refused when the household exists, deregistered or not. HouseholdCode is taken from the grain's key.</summary>
public sealed record RegisterHousehold : HouseholdChange
{
    public required FieldTexts Fields { get; init; }
    public ImmutableArray<FieldTexts> Members { get; init; } = [];
}

/// <summary>Any fields of the household itself; its village changes by <see cref="MoveHousehold"/>, its status by deregister and restore.</summary>
public sealed record AmendHousehold : HouseholdChange
{
    public required FieldTexts Fields { get; init; }
}

public sealed record AddMember : HouseholdChange
{
    public required FieldTexts Fields { get; init; }
}

public sealed record ChangeMember : HouseholdChange
{
    public required string PersonCode { get; init; }
    public required FieldTexts Fields { get; init; }
}

/// <summary>自然减少: the member stays in the file with the reason.</summary>
public sealed record RemoveMember : HouseholdChange
{
    public required string PersonCode { get; init; }

    /// <summary>Code of list ChangeReason, 21 to 29.</summary>
    public required string ChangeReason { get; init; }
    public required YearMonth ChangedOn { get; init; }
}

/// <summary>A yearly record; creates it or changes the named fields of the one that exists.</summary>
public abstract record YearlyChange : HouseholdChange
{
    public required int StatYear { get; init; }
    public required FieldTexts Fields { get; init; }
}

public sealed record RecordIncome : YearlyChange;
public sealed record RecordExpenditure : YearlyChange;
public sealed record RecordLiving : YearlyChange;

public sealed record RecordSecurity : HouseholdChange
{
    public required DateOnly CollectedOn { get; init; }
    public required FieldTexts Fields { get; init; }
}

/// <summary>风险识别: a new monitoring episode; refused while one is un-eliminated.</summary>
public sealed record IdentifyRisk : HouseholdChange
{
    public required string EpisodeId { get; init; }
    public required FieldTexts Fields { get; init; }
}

/// <summary>风险消除 of the current episode.</summary>
public sealed record EliminateRisk : HouseholdChange
{
    public required string EpisodeId { get; init; }
    public required FieldTexts Fields { get; init; }
}

public sealed record AddMeasure : HouseholdChange
{
    public required string MeasureId { get; init; }
    public required FieldTexts Fields { get; init; }
}

/// <summary>Ends a measure: 已完成 (3) or 已终止 (4).</summary>
public sealed record FinishMeasure : HouseholdChange
{
    public required string MeasureId { get; init; }
    public required DateOnly EndedOn { get; init; }
    public string Status { get; init; } = "3";
    public string? EffectNote { get; init; }
}

/// <summary>Begins a measure (实施中), or corrects one that has not ended.</summary>
public sealed record AmendMeasure : HouseholdChange
{
    public required string MeasureId { get; init; }
    public required FieldTexts Fields { get; init; }
}

/// <summary>一户一策 as the town confirmed it: all its measures at once, and the day on the episode.</summary>
public sealed record DecideMeasures : HouseholdChange
{
    public required string EpisodeId { get; init; }
    public required DateOnly DecidedOn { get; init; }
    public required ImmutableArray<DecidedMeasure> Measures { get; init; }
}

public sealed record DecidedMeasure(string MeasureId, FieldTexts Fields);

public sealed record MoveHousehold : HouseholdChange
{
    /// <summary>12-digit code of a village that exists today.</summary>
    public required string ToVillage { get; init; }
    public string? Address { get; init; }
}

/// <summary>
/// 并村: the household stays where it lives, deregistered or not, and its village becomes another one. Sent when a village ends, not by people;
/// a household that has moved elsewhere meanwhile stays there.
/// </summary>
public sealed record FollowVillage : HouseholdChange
{
    public required string FromVillage { get; init; }

    /// <summary>12-digit code of a village that exists today.</summary>
    public required string ToVillage { get; init; }
}

/// <summary>分户: the named members leave for a new household in the same village.</summary>
public sealed record SplitHousehold : HouseholdChange
{
    public required string NewHouseholdCode { get; init; }
    public required ImmutableArray<string> PersonCodes { get; init; }
    public FieldTexts NewFields { get; init; } = FieldTexts.None;
}

/// <summary>What the new household of a split receives from the old one; sent by the old household's grain, not by people.</summary>
public sealed record ReceiveSplit : HouseholdChange
{
    public required HouseholdFile File { get; init; }
}

/// <summary>注销: HouseholdStatus 2, 3 or 4; the file stays readable and leaves all figures.</summary>
public sealed record DeregisterHousehold : HouseholdChange
{
    public required string HouseholdStatus { get; init; }
}

public sealed record RestoreHousehold : HouseholdChange;

/// <summary>One household as a file of the national system says it. Typed, because the importer has parsed and checked every cell.</summary>
public sealed record ImportFile : HouseholdChange
{
    public required HouseholdFile Incoming { get; init; }

    /// <summary>Per entity name the dictionary identifiers (and run-time indicators) that the file has columns for; entities not named are left alone.</summary>
    public required ImmutableSortedDictionary<string, ImmutableArray<string>> Columns { get; init; }

    /// <summary>The import, for history and undo.</summary>
    public required string ImportId { get; init; }

    /// <summary>Version of the household that the preview compared with, 0 when there was none; null: any. Another one is a conflict unless nothing would change.</summary>
    public long? SeenVersion { get; init; }

    /// <summary>The platform's own code (P…) under which this household has been known until the national system named it.</summary>
    public string? Replaces { get; init; }
}

/// <summary>
/// The household goes on under the code that the national system has given it; this file keeps its past and is closed. Sent by the new
/// household's grain, not by people.
/// </summary>
public sealed record HandOver : HouseholdChange
{
    public required string NationalCode { get; init; }

    /// <summary>The import that brought the code, for history and undo.</summary>
    public required string ImportId { get; init; }
}

/// <summary>Takes back what one import did, provided that nothing newer has changed the household.</summary>
public sealed record RevertImport : HouseholdChange
{
    public required string ImportId { get; init; }
}

/// <summary>比对结果: the national system has the newest episode. Sent by the synchronisation, not by people.</summary>
public sealed record FoundInNational : HouseholdChange;
