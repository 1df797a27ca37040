namespace FangFanPin.Domain.Households;

/// <summary>Who changed what when, and the file as it was.</summary>
public interface IHouseholdHistory
{
    /// <summary>Changes, newest first.</summary>
    /// <param name="before">Only versions below this one; null from the newest.</param>
    /// <param name="limit">At most <see cref="HouseholdHistoryLimits.PageMax"/>.</param>
    Task<IReadOnlyList<HouseholdChanged>> ChangesAsync(string code, long? before, int limit, CancellationToken ct = default);

    /// <summary>Changes of one field, newest first.</summary>
    /// <param name="key">The record's key text; empty for the household itself.</param>
    Task<IReadOnlyList<FieldVersion>> OfFieldAsync(string code, string entity, string key, string field, CancellationToken ct = default);

    /// <summary>The change that a command made, however long ago; null when it made none.</summary>
    Task<AppliedCommand?> CommandAsync(string code, Guid commandId, CancellationToken ct = default);

    /// <summary>The file as it was at a version, rebuilt by taking back what came after; null when there was none, or no such version.</summary>
    Task<VersionedFile?> AtAsync(string code, long version, CancellationToken ct = default);
}

/// <summary>One value that a field had from this version on.</summary>
public sealed record FieldVersion(long Version, DateTimeOffset At, string Account, string Kind, string? Old, string? New);

/// <param name="Change">The change that made this version of the file, at or before the version asked for.</param>
public sealed record VersionedFile(HouseholdFile File, HouseholdChanged Change);

public static class HouseholdHistoryLimits
{
    public const int PageMax = 200;
}
