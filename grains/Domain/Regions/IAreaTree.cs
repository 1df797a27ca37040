namespace FangFanPin.Domain.Regions;

/// <summary>Who lies below whom, by the parent links that hold now.</summary>
public interface IAreaTree
{
    /// <returns>True when <paramref name="code"/> is <paramref name="ancestor"/> or lies below it; false when either is unknown.</returns>
    bool Contains(RegionCode ancestor, RegionCode code);
}

/// <summary>The area that a thing (a household, an import …) belongs to. Registered by the kind of thing as the service's key.</summary>
public interface IAreaOf
{
    /// <returns>Null when there is no such thing.</returns>
    ValueTask<RegionCode?> FindAsync(string id, CancellationToken ct);
}

/// <summary>Keys under which <see cref="IAreaOf"/> is registered.</summary>
public static class AreaKinds
{
    public const string Household = "household";
    public const string Import = "import";
    public const string Case = "case";
    public const string Export = "export";
    public const string Account = "account";
}
