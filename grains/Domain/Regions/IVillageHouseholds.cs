namespace FangFanPin.Domain.Regions;

/// <summary>The households of villages that end.</summary>
public interface IVillageHouseholds
{
    /// <summary>Codes of all households of a village, deregistered ones too, in order, after one of them.</summary>
    Task<IReadOnlyList<string>> ReadAsync(RegionCode village, string after, int limit, CancellationToken ct);

    /// <summary>
    /// Households that stand in a village that has ended: written by a process that had not yet heard of the end. No figure shows them.
    /// </summary>
    Task<IReadOnlyList<StrandedHousehold>> StrandedAsync(int limit, CancellationToken ct);

    /// <summary>
    /// Strikes out what villages owe that have ended and have no household left: nobody counts them, so nobody can ever settle it.
    /// </summary>
    Task ForgiveEndedAsync(CancellationToken ct);
}

/// <param name="Village">The one that has ended.</param>
/// <param name="Into">The one that has taken its place, which exists today.</param>
public sealed record StrandedHousehold(string Code, RegionCode Village, RegionCode Into);
