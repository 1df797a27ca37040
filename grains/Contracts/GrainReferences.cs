using FangFanPin.Contracts.Cases;
using FangFanPin.Contracts.Households;
using FangFanPin.Contracts.Rollup;
using FangFanPin.Domain.Regions;
using Orleans.Metadata;

namespace FangFanPin.Contracts;

/// <summary>
/// References to the grains that are called most. <c>GetGrain&lt;T&gt;</c> looks up the interface's name by reflection at every call (measured: 4 % of a
/// write's processor time); here it does so once per interface.
/// </summary>
public static class GrainReferences
{
    /// <exception cref="ArgumentException">Not a household code.</exception>
    public static IHouseholdGrain Household(this IGrainFactory grains, string code) => Kind<IHouseholdGrain>.Of(grains, HouseholdKey.Of(code).ToString());

    public static ICaseGrain Case(this IGrainFactory grains, CaseKey key) => Kind<ICaseGrain>.Of(grains, key.ToString());

    public static IRegionGrain Region(this IGrainFactory grains, RegionKey key) => KeyedByLevel(grains, key);
    public static IRegionGrain Region(this IGrainFactory grains, Region region) => KeyedByLevel(grains, RegionKey.Of(region));
    public static IRegionGrain Village(this IGrainFactory grains, string code) => KeyedByLevel(grains, RegionKey.Village(RegionCode.Parse(code)));

    private static IRegionGrain KeyedByLevel(IGrainFactory grains, RegionKey key) => Kind<IRegionGrain>.Of(grains, key.ToString());

    /// <summary>Both names are constants of the program, so one look-up serves every silo and client of the process.</summary>
    private static class Kind<TGrain> where TGrain : class, IGrainWithStringKey
    {
        private static GrainReference? known;

        public static TGrain Of(IGrainFactory grains, string key) => known is { } one
            ? (TGrain)grains.GetGrain(GrainId.Create(one.GrainId.Type, key), one.InterfaceType)
            : Remembered(grains.GetGrain<TGrain>(key));

        private static TGrain Remembered(TGrain grain)
        {
            known = grain as GrainReference;
            return grain;
        }
    }
}
