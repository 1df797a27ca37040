using FangFanPin.Contracts;
using FangFanPin.Contracts.Rollup;
using FangFanPin.Domain;
using FangFanPin.Domain.Figures;
using FangFanPin.Domain.Regions;
using FangFanPin.Tests.Cluster.Shared;

namespace FangFanPin.Tests.Cluster.Faults;

/// <summary>Sums the opened documents below every region of the load and asks the actors for the same, up to the province.</summary>
internal sealed class Recount(FaultCluster cluster, IReadOnlyList<RegionCode> villages)
{
    private IReadOnlyDictionary<RegionCode, CellVector> fromDocuments = new Dictionary<RegionCode, CellVector>();

    /// <summary>Reads everything once; nothing may be written from now on.</summary>
    /// <returns>Rows whose stored contribution is not what their document makes.</returns>
    public async Task<IReadOnlyList<string>> ReadAsync(Books books)
    {
        var day = ChinaTime.DayOf(DateTimeOffset.UtcNow);
        var rows = await books.EverythingAsync();
        var byVillage = rows.Where(r => r.State.Village is not null).ToLookup(r => RegionCode.Parse(r.State.Village!), r => r.Counted(day));
        fromDocuments = Regions().ToDictionary(
            r => r.Code, r => CellVector.Sum(cluster.Tree.VillagesBelow(r.Code).SelectMany(v => byVillage[v.Code])));
        return [.. rows.Where(r => !r.State.Contribution.Equals(r.Counted(day))).Select(r => $"{r.Code}: the stored contribution is not the document's")];
    }

    /// <returns>The first thing that is not right yet; null when every figure is right and nothing is owed.</returns>
    public async Task<string?> ComplaintAsync()
    {
        foreach (var region in Regions())
            if (await ComplaintAsync(region) is { } wrong) return wrong;
        await using var command = cluster.Source.CreateCommand("select count(*), min(target), min(subject) from owed");
        await using var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();
        return reader.GetInt64(0) == 0 ? null : $"{reader.GetInt64(0)} debts are open, one of {reader.GetString(1)} for {reader.GetString(2)}";
    }

    /// <summary>For a failure: every region that is wrong with its epoch in the database, and what is owed.</summary>
    public async Task<IReadOnlyList<string>> EverythingWrongAsync()
    {
        var lines = new List<string> { $"at {DateTimeOffset.UtcNow:HH:mm:ss.fff}" };
        foreach (var region in Regions())
            if (await ComplaintAsync(region) is { } wrong) lines.Add(wrong);
        await using var command = cluster.Source.CreateCommand("""
            select 'owed by ' || target || ': ' || subject || ' ' || version || ' since ' || at from owed
            union all select 'epoch of ' || region || ' is ' || epoch from region_epoch where level < 4 and epoch > 0
            """);
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync()) lines.Add(reader.GetString(0));
        return lines;
    }

    private async Task<string?> ComplaintAsync(Region region)
    {
        RegionFigures figures;
        try
        {
            figures = await cluster.Grains.Region(region).GetFiguresAsync().WaitAsync(TimeSpan.FromSeconds(3));
        }
        catch (Exception fault)
        {
            return $"{region.Level} {region.Code} does not answer: {fault.GetType().Name} {fault.Message}";
        }
        if (!figures.Stamp.Complete) return $"{region.Level} {region.Code} (epoch {figures.Stamp.Epoch}) is not complete";
        var expected = fromDocuments[region.Code];
        if (!figures.Total.Equals(expected)) return $"{region.Level} {region.Code} (epoch {figures.Stamp.Epoch}) differs from the recount by {figures.Total.Diff(expected)}";
        if (region.Level == RegionLevel.Village || CellVector.Sum(figures.Children.Select(c => c.Vector)).Equals(expected)) return null;
        return $"{region.Level} {region.Code}: the children do not sum to the total";
    }

    /// <summary>The villages and everything above them, from the province down.</summary>
    private IEnumerable<Region> Regions() =>
        villages.SelectMany(v => cluster.Tree.PathTo(v)).DistinctBy(r => r.Code).OrderBy(r => r.Level).ThenBy(r => r.Code);
}
