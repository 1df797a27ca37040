using FangFanPin.Domain.Households;
using FangFanPin.Domain.Records;

namespace FangFanPin.Api.Households;

/// <param name="Code">户编号.</param>
/// <param name="Version">To be sent back in <c>If-Match</c> with a change.</param>
/// <param name="Region">Village, twelve digits.</param>
/// <param name="RecognizedMonth">yyyyMM, likewise the elimination.</param>
/// <param name="NetPerCapita">Yuan, newest year.</param>
public sealed record HouseholdLineResponse(
    string Code, long Version, string Region, string? HeadName, int? MemberCount, string? Status, string? HouseholdType, string? PolicyStatus,
    string? MonitorCategory, string? RiskEliminated, int? RecognizedMonth, int? EliminatedMonth, IReadOnlyList<string> RiskTypes, decimal? NetPerCapita,
    DateTimeOffset? ChangedAt, string? ChangedBy)
{
    public static HouseholdLineResponse From(HouseholdLine l) => new(
        l.Code, l.Version, l.Village, Masking.Shown(nameof(Household.HeadName), l.HeadName), l.MemberCount, l.Status, l.HouseholdType, l.PolicyStatus, l.MonitorCategory, l.RiskEliminated,
        l.RecognizedMonth, l.EliminatedMonth, l.RiskTypes, l.NetPerCapita, l.ChangedAt, l.ChangedBy);
}

/// <param name="Next">Pass as <c>after</c> for the next page, which may come even after a short one; null on the last.</param>
public sealed record HouseholdListResponse(IReadOnlyList<HouseholdLineResponse> Items, string? Next);

/// <summary>A household file. Records are objects by dictionary identifier without their empty fields; numbers of people are masked.</summary>
public sealed record HouseholdResponse(
    string Code, long Version, DateTimeOffset? ChangedAt, string? ChangedBy, IReadOnlyDictionary<string, object?> Household,
    IReadOnlyList<IReadOnlyDictionary<string, object?>> Members, IReadOnlyList<IReadOnlyDictionary<string, object?>> Living,
    IReadOnlyList<IReadOnlyDictionary<string, object?>> Incomes, IReadOnlyList<IReadOnlyDictionary<string, object?>> Expenditures,
    IReadOnlyList<IReadOnlyDictionary<string, object?>> Securities, IReadOnlyList<IReadOnlyDictionary<string, object?>> Episodes,
    IReadOnlyList<IReadOnlyDictionary<string, object?>> Measures)
{
    public static HouseholdResponse From(ReadHousehold read) => From(read.Code, read.Version, read.ChangedAt, read.ChangedBy, read.File);

    public static HouseholdResponse From(string code, VersionedFile past) => From(code, past.Change.Version, past.Change.At, past.Change.Actor.Account, past.File);

    private static HouseholdResponse From(string code, long version, DateTimeOffset? at, string? by, HouseholdFile file) => new(
        code, version, at, by, MaskedRecord.Of(file.Household), Masked(file.Members), Masked(file.Living), Masked(file.Incomes),
        Masked(file.Expenditures), Masked(file.Securities), Masked(file.Episodes), Masked(file.Measures));

    private static IReadOnlyList<IReadOnlyDictionary<string, object?>> Masked(IEnumerable<Entity> records) => [.. records.Select(MaskedRecord.Of)];
}

/// <param name="Kind">As in the command, e.g. <c>amend</c>.</param>
public sealed record HouseholdChangeResponse(
    long Version, DateTimeOffset At, string Account, string DisplayName, string Kind, Guid CommandId, string? ImportId, IReadOnlyList<FieldChangeResponse> Fields)
{
    public static HouseholdChangeResponse From(HouseholdChanged change) => new(
        change.Version, change.At, change.Actor.Account, change.Actor.DisplayName, change.Kind, change.CommandId, change.ImportId,
        [.. change.Changes.Select(FieldChangeResponse.From)]);
}

/// <param name="Entity">Dictionary entity.</param>
/// <param name="Key">Which record: its key; empty for the household itself.</param>
public sealed record FieldChangeResponse(string Entity, string Key, string Field, string? Old, string? New)
{
    public static FieldChangeResponse From(FieldChange c)
    {
        var known = EntityMap.Named(c.Entity)?.Find(c.Field) is not null;
        return new(c.Entity, c.Key, c.Field, Masking.Shown(c.Field, c.Old, known), Masking.Shown(c.Field, c.New, known));
    }
}

/// <param name="Next">Pass as <c>before</c> for older changes; null when there are none.</param>
public sealed record HouseholdHistoryResponse(IReadOnlyList<HouseholdChangeResponse> Items, long? Next);

public sealed record FieldVersionResponse(long Version, DateTimeOffset At, string Account, string Kind, string? Old, string? New);

/// <param name="Version">After the command.</param>
/// <param name="Changed">False: everything was as the command wanted it, no version was made.</param>
public sealed record CommandResponse(string Code, long Version, bool Changed);
