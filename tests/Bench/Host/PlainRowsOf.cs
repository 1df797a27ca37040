using FangFanPin.Domain.Regions;
using FangFanPin.Tests.Shared;
using Npgsql;

namespace FangFanPin.Tests.Bench.Host;

/// <summary>Rows made by the database, where the grains that would have written them do not matter.</summary>
internal static class PlainRowsOf
{
    /// <param name="most">Households, roughly: as many whole villages are filled, in the order of codes.</param>
    /// <param name="but">Villages that are left out.</param>
    public static async Task<(long Households, long Members)> FillAsync(BenchHost host, RegionCode region, long most = long.MaxValue, Func<RegionCode, bool>? but = null)
    {
        var villages = host.Tree.VillagesBelow(region).Select(v => v.Code).Where(v => but?.Invoke(v) != true).Order().Take((int)Math.Min(int.MaxValue, most / PlainProvince.HouseholdsPerVillage));
        await using var connection = new NpgsqlConnection(host.Admin);
        await connection.OpenAsync();
        return await PlainProvince.FillAsync(connection, [.. villages.Select(v => v.ToString())]);
    }
}
