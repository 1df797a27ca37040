namespace FangFanPin.Domain.Regions;

/// <summary>The five levels of the division list, from the top. Households stand below the village.</summary>
public enum RegionLevel
{
    /// <summary>省.</summary>
    Province = 0,

    /// <summary>市, and the pseudo-city of the counties directly under the province.</summary>
    City = 1,

    /// <summary>县、区、县级市, functional zones included.</summary>
    County = 2,

    /// <summary>乡、镇、街道.</summary>
    Town = 3,

    /// <summary>村、社区.</summary>
    Village = 4,
}
