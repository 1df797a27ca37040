using FangFanPin.Contracts;
using System.Collections.Immutable;
using System.Diagnostics;
using FangFanPin.Api.Demo;
using FangFanPin.Contracts.Households;
using FangFanPin.Contracts.Rollup;
using FangFanPin.Domain.Demo;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Records;
using FangFanPin.Domain.Regions;

namespace FangFanPin.Tests.Bench.Host;

/// <summary>The invented households of a region, put into the system.</summary>
internal sealed class Population
{
    private const int Callers = 256;

    private static readonly ImmutableSortedDictionary<string, ImmutableArray<string>> AllColumns =
        EntityMap.All.ToImmutableSortedDictionary(m => m.Name, m => m.Fields.Select(f => f.Id).ToImmutableArray(), StringComparer.Ordinal);

    /// <summary>To choose from: all, or of a province so many that no two choices meet.</summary>
    public required IReadOnlyList<Subject> Households { get; init; }
    public required long Count { get; init; }
    public required long People { get; init; }
    public required TimeSpan Loaded { get; init; }

    /// <param name="Monitored">Has an episode, open or not.</param>
    internal sealed record Subject(string Code, string Village, string Person, bool PartyMember, bool Monitored);

    public static IEnumerable<HouseholdFile> Files(RegionCode region)
    {
        var regions = new DemoRegions();
        return regions.VillagesBy(RegionLevel.County, regions.Find(region)!).SelectMany(g => g).SelectMany(v => DemoPopulation.HouseholdsOf(v, new DemoOptions()));
    }

    /// <summary>A county and more come in through the import, as they would in service; a town through its households' grains, which is then all in memory.</summary>
    public static Task<Population> LoadAsync(BenchHost host, RegionCode region) =>
        new DemoRegions().Find(region)!.Level <= RegionLevel.County ? ImportedAsync(host, region) : RegisteredAsync(host, region);

    private static async Task<Population> ImportedAsync(BenchHost host, RegionCode region)
    {
        using var http = await BenchAccounts.ClientAsync(host, "province-importer");
        var clean = new DemoOptions { Dirty = 0 };
        var watch = Stopwatch.StartNew();
        var counties = CountyImports.Export(host.Folder, region, DemoFormat.Csv, clean).Select(c => c.County);
        await CountyImports.RunAsync(http, counties, county => Directory.Delete(Path.Combine(host.Folder, $"{county.Region}"), recursive: true));
        var loaded = watch.Elapsed;
        var (every, count, people, chosen) = (EveryOf(region), 0L, 0L, new List<Subject>());
        foreach (var file in Files(region))
        {
            if (count++ % every == 0) chosen.Add(SubjectOf(file));
            people += file.Members.Length;
        }
        return new Population { Households = [.. chosen.OrderBy(s => s.Code, StringComparer.Ordinal)], Count = count, People = people, Loaded = loaded };
    }

    /// <summary>Of a province one household in twenty is enough to choose from.</summary>
    private static int EveryOf(RegionCode region) => new DemoRegions().Find(region)!.Level == RegionLevel.Province ? 20 : 1;

    private static async Task<Population> RegisteredAsync(BenchHost host, RegionCode region)
    {
        var watch = Stopwatch.StartNew();
        var subjects = new System.Collections.Concurrent.ConcurrentBag<Subject>();
        long people = 0;
        await Parallel.ForEachAsync(Files(region), new ParallelOptions { MaxDegreeOfParallelism = Callers }, async (file, _) =>
        {
            await ImportAsync(host.Grains, file);
            subjects.Add(SubjectOf(file));
            var count = Interlocked.Add(ref people, file.Members.Length);
            if (subjects.Count % 20_000 == 0) Report.Progress($"loaded {subjects.Count} households, {count} people, {count / watch.Elapsed.TotalSeconds:0}/s");
        });
        return new Population { Households = [.. subjects.OrderBy(s => s.Code, StringComparer.Ordinal)], Count = subjects.Count, People = people, Loaded = watch.Elapsed };
    }

    private static Subject SubjectOf(HouseholdFile file) => new(
        file.Household.HouseholdCode!, file.Household.AreaCode!, file.Members[0].PersonCode!, file.Members[0].Political == "01", !file.Episodes.IsEmpty);

    private static async Task ImportAsync(IGrainFactory grains, HouseholdFile file)
    {
        var answer = await grains.Household(file.Household.HouseholdCode!).ExecuteAsync(new HouseholdCommand
        {
            CommandId = Guid.NewGuid(), ExpectedVersion = null, Actor = Actor.System,
            Change = new ImportFile { Incoming = file, Columns = AllColumns, ImportId = "bench" },
        });
        if (answer.Errors.Count > 0) throw new InvalidOperationException($"{file.Household.HouseholdCode}: {string.Join("; ", answer.Errors.Select(e => e.Code + " " + e.Field))}");
    }

    /// <summary>Waits until nothing is owed to any figure.</summary>
    /// <returns>How long that took.</returns>
    public static async Task<TimeSpan> SettledAsync(BenchHost host, TimeSpan most)
    {
        var watch = Stopwatch.StartNew();
        while (await host.AskAsync("select count(*) from owed") is long open and > 0)
        {
            if (watch.Elapsed > most) throw new TimeoutException($"{open} debts after {most}");
            await Task.Delay(100);
        }
        return watch.Elapsed;
    }

    public static Task<RegionFigures> ProvinceAsync(BenchHost host) => host.Grains.GetGrain<IRegionGrain>("province/410000000000").GetFiguresAsync();
}
