namespace FangFanPin.Domain.Regions;

/// <summary>The region tree in the database.</summary>
public interface IRegionStore
{
    /// <summary>Fills an empty database with the division list that comes with the product; does nothing in any other.</summary>
    Task SeedAsync(CancellationToken ct);

    /// <summary>Today's tree with its version, in one snapshot.</summary>
    Task<RegionTree> LoadAsync(CancellationToken ct);

    /// <summary>The version alone: cheap enough to ask every second.</summary>
    Task<long> VersionAsync(CancellationToken ct);
}

/// <summary>This process's copy of the tree; older than the database by a second at most, by nothing in the process that changed it.</summary>
public interface IRegions
{
    RegionTree Tree { get; }

    /// <summary>Reads the tree again if the database has a newer one.</summary>
    Task RefreshAsync(CancellationToken ct);
}
