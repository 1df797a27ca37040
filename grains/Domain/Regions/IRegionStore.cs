namespace FangFanPin.Domain.Regions;

/// <summary>The division list in the database.</summary>
public interface IRegionStore
{
    /// <summary>Loads the shipped list into an empty database; otherwise does nothing. Several processes may call it at once.</summary>
    /// <returns>Number of regions loaded by this call.</returns>
    Task<int> EnsureLoadedAsync(CancellationToken ct = default);

    /// <summary>Number of the last change of the tree.</summary>
    Task<long> VersionAsync(CancellationToken ct = default);

    /// <summary>All current regions, in one snapshot with the version.</summary>
    Task<RegionTree> ReadAsync(CancellationToken ct = default);

    /// <summary>All regions as they were on a day.</summary>
    Task<RegionTree> ReadAsync(DateOnly day, CancellationToken ct = default);
}
