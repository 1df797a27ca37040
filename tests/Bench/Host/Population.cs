using FangFanPin.Contracts;
using System.Collections.Immutable;
using System.Diagnostics;
using System.Text.Json;
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

    /// <summary>How long it took; null when an earlier run has loaded it.</summary>
    public required TimeSpan? Loaded { get; init; }

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
        var kept = File.Exists(LoadFile(host, region));
        var load = kept ? JsonSerializer.Deserialize<Load>(await File.ReadAllTextAsync(LoadFile(host, region)))! : await ImportAsync(host, region);
        var counties = load.Counties.Select(c => RegionCode.Parse(c)).ToHashSet();
        return new Population
        {
            Households = [.. Chosen(region, counties).OrderBy(s => s.Code, StringComparer.Ordinal)],
            Count = load.Households, People = load.People, Loaded = kept ? null : load.Time,
        };
    }

    /// <summary>What came in, and how long it took; a later run on the same database takes it as it is.</summary>
    private sealed record Load(IReadOnlyList<string> Counties, long Households, long People, TimeSpan Time);

    private static async Task<Load> ImportAsync(BenchHost host, RegionCode region)
    {
        using var http = await BenchAccounts.ClientAsync(host, "province-importer");
        var made = CountyImports.ExportClean(host.Folder, region);
        ForgetPeak();
        var watch = Stopwatch.StartNew();
        await CountyImports.RunAsync(http, made.Select(m => m.County), county => Directory.Delete(Path.Combine(host.Folder, $"{county.Region}"), recursive: true));
        var load = new Load([.. made.Select(m => $"{m.County.Region}")], made.Sum(m => m.Manifest.HouseholdsPrinted), made.Sum(m => m.Manifest.PeopleRowsPrinted), watch.Elapsed);
        await File.WriteAllTextAsync(LoadFile(host, region), JsonSerializer.Serialize(load));
        return load;
    }

    private static string LoadFile(BenchHost host, RegionCode region) => Path.Combine(host.Folder, $"loaded-{region}.json");

    /// <summary>Making the files took memory that is not the server's.</summary>
    private static void ForgetPeak()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        if (File.Exists("/proc/self/clear_refs")) File.WriteAllText("/proc/self/clear_refs", "5");
    }

    /// <summary>Of a province the households of one village in twenty are enough to choose from, and made once more they would take minutes.</summary>
    private static IEnumerable<Subject> Chosen(RegionCode region, HashSet<RegionCode> counties)
    {
        var regions = new DemoRegions();
        var of = regions.Find(region)!;
        var every = of.Level == RegionLevel.Province ? 20 : 1;
        var villages = regions.VillagesBy(RegionLevel.County, of).Where(g => counties.Contains(g.Key.Code) && g.Key.Parent != CountyImports.FurtherCity).SelectMany(g => g);
        return villages.Where((_, i) => i % every == 0).SelectMany(v => DemoPopulation.HouseholdsOf(v, new DemoOptions())).Select(SubjectOf);
    }

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

    /// <summary>Waits until the province has heard of all its children.</summary>
    public static async Task CompleteAsync(BenchHost host, TimeSpan most)
    {
        var watch = Stopwatch.StartNew();
        while (!(await ProvinceAsync(host)).Stamp.Complete)
        {
            if (watch.Elapsed > most) throw new TimeoutException($"the province is not complete after {most}");
            await Task.Delay(100);
        }
    }

    public static Task<RegionFigures> ProvinceAsync(BenchHost host) => host.Grains.GetGrain<IRegionGrain>("province/410000000000").GetFiguresAsync();
}
