using System.Collections.Immutable;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Records;
using FangFanPin.Domain.Statistics;

namespace FangFanPin.Domain.Imports;

/// <summary>What an import would do to one household, found by the decision that the commit will ask again.</summary>
public static class ImportPreview
{
    public sealed record Preview(StagedHousehold Household, ImmutableArray<RowError> Errors, ImmutableArray<(int Source, int Row)> RefusedRows);

    /// <summary>Errors that come from what is stored: the file may be right, and the same file may go through later.</summary>
    private static readonly string[] Conflicts = [HouseholdErrors.Locked.Code, ImportErrors.PersonElsewhere.Code];

    /// <param name="commandId">Of the command that the commit will be for this household.</param>
    /// <param name="stored">Null for a household that nobody has ever registered.</param>
    /// <param name="platform">Null unless the household is known under a platform code, which then ends.</param>
    /// <param name="elsewhere">Whether a person stands in another stored household.</param>
    public static Preview Of(AssembledHousehold assembled, Guid commandId, StoredFile? stored, (string Code, HouseholdFile File)? platform, Func<string, bool> elsewhere, DecisionContext context)
    {
        if (assembled.Refused) return Refused(assembled, null);
        // Nothing of it is left but refused records.
        if (assembled.Change is not { } change) return new Preview(new StagedHousehold(assembled.Code, StagedKind.Refused, FirstCode(assembled), null), assembled.Errors, []);
        if (change.Incoming.Members.Any(m => elsewhere(m.PersonCode!))) return Refused(assembled, ImportErrors.PersonElsewhere);
        if (stored?.File is { } known && !context.Villages.IsWithin(context.Actor.Region, known.Household.AreaCode ?? "")) return Refused(assembled, HouseholdErrors.OutsideArea, StagedKind.Conflict);
        change = change with { SeenVersion = stored?.File is null ? 0 : stored.Version, Replaces = platform?.Code };
        var decision = HouseholdDecision.Decide(stored?.File, change, context with { Predecessor = platform?.File });
        if (!decision.Ok) return Refused(assembled, decision.Error);
        if (stored is null && platform is null) return New(assembled, change, First(decision.Value!, change, commandId, context));
        if (stored?.File is null) return Kept(assembled, platform is null ? StagedKind.New : StagedKind.Changed, change);
        return FileDiff.Between(stored.File, decision.Value).IsEmpty ? Kept(assembled, StagedKind.Unchanged, null) : Kept(assembled, StagedKind.Changed, change);
    }

    private static Preview New(AssembledHousehold assembled, ImportFile change, HouseholdState state) =>
        new(new StagedHousehold(assembled.Code, StagedKind.New, null, change) { State = state }, assembled.Errors, []);

    /// <summary>What its grain would make of it; only the moment of the change is still to come.</summary>
    private static HouseholdState First(HouseholdFile file, ImportFile change, Guid commandId, DecisionContext context)
    {
        var (vector, nextDue) = Contribution.Of(file, context.Today);
        return new HouseholdState
        {
            File = file,
            Contribution = vector,
            NextDue = nextDue,
            LastChange = new HouseholdChanged
            {
                Version = 1, CommandId = commandId, Kind = CommandContent.KindOf(change), Actor = context.Actor, At = default, ImportId = change.ImportId, Registers = true, Registered = file,
            },
        };
    }

    private static Preview Kept(AssembledHousehold assembled, StagedKind kind, ImportFile? change) =>
        new(new StagedHousehold(assembled.Code, kind, null, change), assembled.Errors, []);

    private static Preview Refused(AssembledHousehold assembled, DomainError? error, StagedKind? kind = null)
    {
        var errors = error is null ? assembled.Errors : assembled.Errors.Add(assembled.Place.Error(assembled.Code, error, ValueOf(assembled, error)));
        var found = kind ?? (error is not null && Conflicts.Contains(error.Code) ? StagedKind.Conflict : StagedKind.Refused);
        return new Preview(new StagedHousehold(assembled.Code, found, error?.Code ?? FirstCode(assembled), null), errors, assembled.Rows);
    }

    private static string? ValueOf(AssembledHousehold assembled, DomainError error) =>
        error.Field == nameof(Household.AreaCode) ? assembled.Change?.Incoming.Household.AreaCode : null;

    private static string? FirstCode(AssembledHousehold assembled) => assembled.Errors.IsEmpty ? null : assembled.Errors[0].Error.Code;
}
