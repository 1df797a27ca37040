using FangFanPin.Contracts;
using System.Collections.Immutable;
using System.Net;
using System.Net.Http.Json;
using CsCheck;
using FangFanPin.Api.Statistics;
using FangFanPin.Contracts.Households;
using FangFanPin.Domain.Figures;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Records;
using FangFanPin.Domain.Regions;
using FangFanPin.Domain.Statistics;
using FangFanPin.Tests.Api.Shared;
using FangFanPin.Tests.Domain.Statistics;
using FangFanPin.Tests.Shared;
using Microsoft.Extensions.DependencyInjection;
using Orleans;
using Xunit;

namespace FangFanPin.Tests.Api.Statistics;

/// <summary>One server for all tests that need households: starting one costs more than they do.</summary>
[CollectionDefinition(Name)]
public sealed class CountyTests : ICollectionFixture<CountyOfHouseholds>
{
    public const string Name = "county of households";
}

/// <summary>The real server with a county of random households in nine villages of three towns.</summary>
public sealed class CountyOfHouseholds(PostgresCluster cluster) : IAsyncLifetime
{
    private const string Seed = "dJBHhFoRnXv3";
    private const int Households = 90;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public ApiServer Server { get; } = new(cluster);
    public HttpClient Client { get; private set; } = null!;
    public RegionTree Tree => Server.Services.GetRequiredService<IRegions>().Tree;
    public Region County { get; private set; } = null!;
    public ImmutableArray<Region> Villages { get; private set; } = [];

    /// <summary>The county, what is above it, and what has households below it.</summary>
    public IEnumerable<Region> Regions => Tree.PathTo(County.Code).Concat(Villages.SelectMany(v => Tree.PathTo(v.Code))).Distinct();

    public async ValueTask InitializeAsync()
    {
        await Server.InitializeAsync();
        County = Tree.All.Where(r => r.Level == RegionLevel.County).OrderBy(r => r.Code).First();
        Villages = [.. Tree.ChildrenOf(County.Code).Take(3).SelectMany(town => Tree.ChildrenOf(town.Code).Take(3))];
        TestContext.Current.SendDiagnosticMessage($"households of seed {Seed}");
        var files = RandomFiles.Files.Array[Households].Single(_ => true, Seed);
        await Parallel.ForEachAsync(Enumerable.Range(0, files.Length), async (i, _) => await PutAsync(Code(i), files[i], Villages[i % Villages.Length]));
        Client = await Server.SignInAsync("410000000000", "viewer");
        await FigureAsync(County, "1", "", t => t.Rows[0].Values[0] == DocumentsAsync(County).Result.Count(f => !Contribution.Of(f, t.Day).Vector.IsEmpty));
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Server.DisposeAsync();
    }

    public static string Code(int number) => $"T{number:D5}";

    public async Task PutAsync(string code, HouseholdFile file, Region village)
    {
        var command = new HouseholdCommand
        {
            CommandId = Guid.NewGuid(), ExpectedVersion = null, Actor = Actor.System,
            Change = new ImportFile { ImportId = "test", Incoming = Complete(code, file, village), Columns = Columns },
        };
        Assert.Empty((await RepeatedAsync(() => Grain(code).ExecuteAsync(command))).Errors);
    }

    /// <summary>A busy machine may answer late; the same command again is applied once.</summary>
    private static async Task<CommandAnswer> RepeatedAsync(Func<Task<CommandAnswer>> execute)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await execute();
            }
            catch (TimeoutException) when (attempt < 4)
            {
            }
        }
    }

    public async Task<List<HouseholdFile>> DocumentsAsync(Region region)
    {
        var views = await Task.WhenAll(Enumerable.Range(0, Households).Select(i => Grain(Code(i)).GetAsync()));
        return [.. views.OfType<HouseholdView>().Select(v => v.File).Where(f => Tree.Contains(region.Code, RegionCode.Parse(f.Household.AreaCode!)))];
    }

    /// <summary>Asks until the condition holds.</summary>
    public async Task<StatisticResponse> FigureAsync(Region region, string number, string query, Func<StatisticResponse, bool> until)
    {
        using var deadline = new CancellationTokenSource(Patience);
        for (var last = "nothing"; ;)
        {
            using var answer = await Client.GetAsync($"/api/v1/regions/{region.Code}/statistics/{number}?{query}", CancellationToken.None);
            if (answer.StatusCode == HttpStatusCode.OK)
            {
                var table = (await answer.Content.ReadFromJsonAsync<StatisticResponse>(CancellationToken.None))!;
                if (until(table)) return table;
            }
            last = await answer.Content.ReadAsStringAsync(CancellationToken.None);
            if (deadline.IsCancellationRequested) Assert.Fail($"{region.Name}: expected figures have not come in {Patience}; the last answer was {last[..Math.Min(300, last.Length)]}");
            await Task.Yield();
        }
    }

    /// <summary>What the table must be, counted from the opened documents.</summary>
    public async Task<StatisticTable> RecountAsync(Region region, StatisticQuery query, DateOnly day)
    {
        async Task<RegionVector> Of(Region r) => new(r.Code, r.Name, CellVector.Sum((await DocumentsAsync(r)).Select(f => Contribution.Of(f, day).Vector)));
        var children = new List<RegionVector>();
        foreach (var child in Tree.ChildrenOf(region.Code)) children.Add(await Of(child));
        return StatisticTable.Of(query, await Of(region), children, day);
    }

    private IHouseholdGrain Grain(string code) => Server.Services.GetRequiredService<IGrainFactory>().Household(code);

    private static HouseholdFile Complete(string code, HouseholdFile file, Region village) => file with
    {
        Household = file.Household with { HouseholdCode = code, AreaCode = village.Code.ToString(), HeadName = "王小明" },
        Members = [.. file.Members.Select((m, i) => m with { PersonCode = $"{code}-{i}" })],
        Episodes = [.. file.Episodes.Select((e, i) => e with { EpisodeId = $"{code}-{i}", EpisodeNo = i + 1 })],
    };

    private static readonly ImmutableSortedDictionary<string, ImmutableArray<string>> Columns =
        new[] { EntityMap.Household, EntityMap.Member, EntityMap.RiskEpisode }.ToImmutableSortedDictionary(m => m.Name, m => m.Fields.Select(f => f.Id).ToImmutableArray());
}
