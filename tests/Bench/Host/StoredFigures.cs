using System.Diagnostics;
using FangFanPin.Domain.Figures;
using Npgsql;

namespace FangFanPin.Tests.Bench.Host;

/// <summary>The province's figures by a scan over the stored contributions, without any grain: what every live figure must equal.</summary>
internal static class StoredFigures
{
    /// <returns>The sum, and how long the scan took.</returns>
    public static async Task<(CellVector Total, TimeSpan Took)> ScanAsync(BenchHost host)
    {
        var watch = Stopwatch.StartNew();
        await using var database = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(host.Admin) { CommandTimeout = 600 }.ToString());
        await using var command = database.CreateCommand("select contribution from household where contribution <> ''");
        await using var reader = await command.ExecuteReaderAsync();
        var (total, some) = (CellVector.Empty, new List<CellVector>());
        while (await reader.ReadAsync())
        {
            some.Add(CellVector.Decode(reader.GetFieldValue<byte[]>(0)));
            if (some.Count < 10_000) continue;
            total = CellVector.Sum([total, .. some]);
            some.Clear();
        }
        return (CellVector.Sum([total, .. some]), watch.Elapsed);
    }
}
