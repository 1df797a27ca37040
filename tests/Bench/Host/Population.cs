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

/// <summary>The invented households of a region, put into the system through their grains.</summary>
internal sealed class Population
{
    private const int Callers = 256;

    private static readonly ImmutableSortedDictionary<string, ImmutableArray<string>> AllColumns =
        EntityMap.All.ToImmutableSortedDictionary(m => m.Name, m => m.Fields.Select(f => f.Id).ToImmutableArray(), StringComparer.Ordinal);

    public required IReadOnlyList<Subject> Households { get; init; }
    public required long People { get; init; }
    public required TimeSpan Loaded { get; init; }

    /// <param name="Monitored">Has an episode, open or not.</param>
    internal sealed record Subject(string Code, string Village, string Person, bool PartyMember, bool Monitored);

    public static IEnumerable<HouseholdFile> Files(RegionCode region)
    {
        var regions = new DemoRegions();
        return regions.VillagesBy(RegionLevel.County, regions.Find(region)!).SelectMany(g => g).SelectMany(v => DemoPopulation.HouseholdsOf(v, new DemoOptions()));
    }

    public static async Task<Population> LoadAsync(BenchHost host, RegionCode region)
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
        return new Population { Households = [.. subjects.OrderBy(s => s.Code, StringComparer.Ordinal)], People = people, Loaded = watch.Elapsed };
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
