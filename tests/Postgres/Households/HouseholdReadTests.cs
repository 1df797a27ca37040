using System.Text.Json;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Regions;
using FangFanPin.Storage.Households;
using FangFanPin.Tests.Postgres.Records;
using FangFanPin.Tests.Shared;
using Xunit;

namespace FangFanPin.Tests.Postgres.Households;

/// <summary>Opened documents and the past, read without a grain.</summary>
public sealed class HouseholdReadTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>, IAsyncDisposable
{
    private readonly RecordsUnderTest records = new(database.ConnectionString);
    private readonly string code = $"R{Guid.NewGuid():N}"[..20];
    private HouseholdReader Reader => new(records.Source, records.Sealer, new TreeLookups(new SearchedCounty.OneTree(RegionTree.Empty)));
    private HouseholdHistory History => new(records.Source, records.Sealer);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => records.DisposeAsync();

    [Fact]
    public async Task A_household_is_read_as_it_was_committed_and_a_cleared_one_is_not_there()
    {
        var held = await records.WriteAsync(code, SampleHouseholds.State(5));
        await records.WriteAsync(code, held.State! with { NextDue = null }, held);
        var read = await Reader.FindAsync(code, Ct);
        Assert.Equal((1, 2, "wang"), (read!.Version, read.StoredVersion, read.ChangedBy));
        Assert.Equal(Json(held.State!.File), Json(read.File));
        Assert.Equal(held.State.Contribution, read.Contribution);
        await records.ClearAsync(code, held);
        Assert.Null(await Reader.FindAsync(code, Ct));
    }

    [Fact]
    public async Task A_village_is_read_in_the_order_of_codes()
    {
        var village = "411699100200";
        foreach (var n in new[] { 3, 1, 2 }) await records.WriteAsync($"{code}-{n}", SampleHouseholds.State(n, village));
        var codes = new List<string>();
        await foreach (var household in Reader.OfVillageAsync(village, $"{code}-1", Ct)) codes.Add(household.Code);
        Assert.Equal([$"{code}-2", $"{code}-3"], codes);
    }

    [Fact]
    public async Task Every_earlier_version_can_be_rebuilt_and_every_field_followed()
    {
        var files = new List<HouseholdFile> { SampleHouseholds.File(9) };
        files.Add(files[0] with { Household = files[0].Household with { Phone = "13911112222", HeadName = "王新名" } });
        files.Add(files[1] with { Members = [files[1].Members[0], files[1].Members[2]] });
        files.Add(files[2] with { Incomes = [files[2].Incomes[0], files[2].Incomes[1] with { NetPerCapita = null }] });
        var held = new global::Orleans.GrainState<HouseholdState>();
        for (var version = 1; version <= files.Count; version++)
        {
            var changes = FileDiff.Between(version == 1 ? null : files[version - 2], files[version - 1]);
            var state = new HouseholdState { File = files[version - 1], LastChange = SampleHouseholds.Change(version, version == 1 ? "register" : "amend", changes) };
            await records.WriteAsync(code, state, held);
        }
        for (var version = 1; version <= files.Count; version++)
        {
            var then = await History.AtAsync(code, version, Ct);
            Assert.Empty(FileDiff.Between(files[version - 1], then!.File));
            Assert.Equal(version, then.Change.Version);
        }
        Assert.Null(await History.AtAsync(code, 0, Ct));
        Assert.Null(await History.AtAsync(code, 5, Ct));
        Assert.Equal([4L, 3, 2, 1], (await History.ChangesAsync(code, null, 200, Ct)).Select(c => c.Version));
        Assert.Equal([2L], (await History.ChangesAsync(code, 3, 1, Ct)).Select(c => c.Version));
        var phones = await History.OfFieldAsync(code, "Household", "", "Phone", Ct);
        Assert.Equal([("13911112222", 2L), (SampleHouseholds.Phone(90), 1L)], phones.Select(p => (p.New!, p.Version)));
    }

    private static string Json(object? value) => JsonSerializer.Serialize(value);
}
