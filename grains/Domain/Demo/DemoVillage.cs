using FangFanPin.Domain.Regions;

namespace FangFanPin.Domain.Demo;

/// <summary>What the generator must know of a village; all of it comes from the division list.</summary>
public sealed record DemoVillage
{
    public required RegionCode Code { get; init; }
    public required string CityName { get; init; }
    public required string CountyName { get; init; }
    public required string TownName { get; init; }
    public required string VillageName { get; init; }

    /// <summary>Rank of the code among the villages that share its first six digits, from 0: keeps certificate numbers of neighbours apart.</summary>
    public required int Ordinal { get; init; }

    /// <summary>First six digits: what certificate numbers of the people born here begin with.</summary>
    public int CountyDigits => (int)(Code.Number / 1_000_000);
}

/// <summary>What a generated population depends on; nothing else does.</summary>
public sealed record DemoOptions
{
    public const long DefaultSeed = 20261101;

    public long Seed { get; init; } = DefaultSeed;

    /// <summary>The invented population is as of this day, whenever it is generated.</summary>
    public DateOnly Today { get; init; } = new(2026, 11, 1);

    /// <summary>Share of households that carry one fault, for each kind of <see cref="DirtKind"/>; 0 for a clean population.</summary>
    public double Dirty { get; init; } = 0.005;

    /// <summary>Households per village at most; null for none.</summary>
    public int? VillageMax { get; init; }
}
