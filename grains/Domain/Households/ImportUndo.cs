namespace FangFanPin.Domain.Households;

/// <summary>Taking back one import from one household.</summary>
public static class ImportUndo
{
    /// <param name="File">Null when the import had registered the household.</param>
    public sealed record Restored(HouseholdFile? File);

    /// <summary>One import writes a household at most once, so its change is the newest one or something newer stands in the way.</summary>
    public static Outcome<Restored> Decide(HouseholdState state, RevertImport revert) =>
        state.LastChange is { } last && last.ImportId == revert.ImportId
            ? new Restored(FileDiff.Revert(state.File, last.Changes))
            : HouseholdErrors.NewerChange;
}
