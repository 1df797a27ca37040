using System.Collections.Concurrent;
using FangFanPin.Contracts.Households;
using FangFanPin.Domain;
using FangFanPin.Domain.Figures;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Regions;
using FangFanPin.Domain.Statistics;
using FangFanPin.Tests.Cluster.Shared;
using Xunit;

namespace FangFanPin.Tests.Cluster.Rollup;

/// <summary>Random operations, then every cell of every region that was touched equals a recount from the opened documents.</summary>
public sealed class RecountProperty(TwoServers servers, ITestOutputHelper output) : IClassFixture<TwoServers>
{
    private const int Households = 60, Callers = 16, CommandsEach = 150;

    [Fact]
    public async Task After_random_commands_repeats_and_moves_every_figure_equals_the_recount()
    {
        var seed = Environment.GetEnvironmentVariable("FFP_SEED") is { Length: > 0 } text ? int.Parse(text) : Random.Shared.Next();
        output.WriteLine($"FFP_SEED={seed}");
        var villages = Villages();
        var codes = Enumerable.Range(0, Households).Select(i => $"R{seed:X8}{i:D3}").ToArray();
        var sent = new ConcurrentBag<(string Code, HouseholdCommand Command)>();
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(() => CallAsync(new Random(seed + caller), codes, villages, sent))));
        await servers.SettledAsync();
        await CompareAsync(codes);
    }

    /// <summary>Six villages: two of one town, one of another town, others of another county, another city and of 济源, whose county stands under a pseudo-city.</summary>
    private string[] Villages() =>
    [
        .. servers.Tree.VillagesBelow(RegionCode.Parse("411424001000")).Take(2).Select(v => v.Code.ToString()),
        servers.Tree.VillagesBelow(RegionCode.Parse("411424000000")).Last().Code.ToString(),
        servers.Tree.VillagesBelow(RegionCode.Parse("411423000000")).First().Code.ToString(),
        servers.Tree.VillagesBelow(RegionCode.Parse("410102000000")).First().Code.ToString(),
        servers.Tree.VillagesBelow(RegionCode.Parse("419001000000")).First().Code.ToString(),
    ];

    private async Task CallAsync(Random random, string[] codes, string[] villages, ConcurrentBag<(string Code, HouseholdCommand Command)> sent)
    {
        for (var i = 0; i < CommandsEach; i++)
        {
            var (code, command) = random.Next(8) == 0 && sent.TryPeek(out var old) ? old : (codes[random.Next(codes.Length)], TwoServers.Command(Change(random, villages)));
            sent.Add((code, command));
            await servers.Household(code).ExecuteAsync(command); // refusals are part of the game
        }
    }

    private static HouseholdChange Change(Random random, string[] villages) => random.Next(12) switch
    {
        0 or 1 or 2 => new RegisterHousehold { Fields = Standing(random).With("AreaCode", Pick(random, villages)), Members = [.. Enumerable.Range(0, random.Next(4)).Select(_ => Person(random))] },
        3 or 4 => new AmendHousehold { Fields = Standing(random) },
        5 => new AddMember { Fields = Person(random) },
        6 => new ChangeMember { PersonCode = $"P{random.Next(6)}", Fields = Person(random).Without("PersonCode") },
        7 => new RemoveMember { PersonCode = $"P{random.Next(6)}", ChangeReason = "21", ChangedOn = new YearMonth(2026, 1) },
        8 => new MoveHousehold { ToVillage = Pick(random, villages) },
        9 => random.Next(2) == 0 ? new DeregisterHousehold { HouseholdStatus = "2" } : new RestoreHousehold(),
        10 => new IdentifyRisk
        {
            EpisodeId = $"E{random.Next(4)}",
            Fields = FieldTexts.Of(("MonitorCategory", $"{random.Next(1, 4)}"), ("RiskType1", $"0{random.Next(1, 9)}"), ("RecognizedMonth", $"202{random.Next(1, 6)}0{random.Next(1, 10)}")),
        },
        _ => new EliminateRisk { EpisodeId = $"E{random.Next(4)}", Fields = FieldTexts.Of(("EliminationMode", "1"), ("EliminatedMonth", "202601")) },
    };

    private static FieldTexts Standing(Random random) => FieldTexts.Of(
        ("HouseholdType", $"{random.Next(1, 3)}"), ("PolicyStatus", random.Next(3) is var p and > 0 ? $"{p}" : null));

    private static FieldTexts Person(Random random) => FieldTexts.Of(
        ("PersonCode", $"P{random.Next(6)}"), ("Sex", $"{random.Next(0, 3)}"), ("Ethnic", random.Next(2) == 0 ? "01" : "03"),
        ("BirthDate", $"{random.Next(1930, 2026)}-0{random.Next(1, 10)}-1{random.Next(10)}"), ("Health", $"{random.Next(1, 5)}"));

    private static string Pick(Random random, string[] from) => from[random.Next(from.Length)];

    private async Task CompareAsync(string[] codes)
    {
        var today = ChinaTime.DayOf(DateTimeOffset.UtcNow);
        var expected = new Dictionary<RegionCode, List<CellVector>>();
        foreach (var code in codes)
        {
            if ((await servers.Household(code).GetAsync())?.File is not { } file) continue;
            var vector = Contribution.Of(file, today).Vector;
            foreach (var region in servers.Tree.PathTo(RegionCode.Parse(file.Household.AreaCode!)))
                (expected.TryGetValue(region.Code, out var list) ? list : expected[region.Code] = []).Add(vector);
        }
        Assert.NotEmpty(expected);
        foreach (var (code, vectors) in expected)
        {
            var figures = await servers.Region(servers.Tree.Find(code)!).GetFiguresAsync();
            Assert.True(figures.Stamp.Complete, $"{code} is incomplete.");
            var recount = CellVector.Sum(vectors);
            Assert.True(recount.Equals(figures.Total), $"{code}: {figures.Total.Diff(recount).Count} cells differ from the recount.");
            if (figures.Children.Length > 0) Assert.Equal(figures.Total, CellVector.Sum(figures.Children.Select(c => c.Vector)));
        }
    }
}
