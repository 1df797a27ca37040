using FangFanPin.Domain.Figures;
using FangFanPin.Domain.Regions;
using FangFanPin.Storage.Figures;
using FangFanPin.Tests.Shared;
using Npgsql;
using Xunit;

namespace FangFanPin.Tests.Postgres.Figures;

public sealed class ContributionReaderTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static readonly RegionCode[] Villages = [.. Enumerable.Range(1, 3).Select(n => RegionCode.Parse($"410102001{n:D3}"))];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Pages_follow_village_and_code_bytewise_and_leave_out_who_adds_nothing()
    {
        await using var source = NpgsqlDataSource.Create(database.ConnectionString);
        var rows = (from village in Villages from number in Enumerable.Range(0, 7) select (village, Code: $"{(number % 2 == 0 ? 'a' : 'B')}{number}", Count: number)).ToList();
        foreach (var (village, code, count) in rows) await InsertAsync(source, village, $"{code}{village}", count);
        var reader = new ContributionReader(source);

        var seen = new List<HouseholdContribution>();
        ContributionPlace? after = null;
        IReadOnlyList<HouseholdContribution> page;
        do
        {
            page = await reader.ReadAsync(Villages[..2], after, 4, Ct);
            seen.AddRange(page);
            after = page.Count == 0 ? null : new ContributionPlace(page[^1].Village, page[^1].Code);
        }
        while (page.Count == 4);

        var expected = rows.Where(r => r.Count > 0 && r.village != Villages[2]).OrderBy(r => r.village).ThenBy(r => r.Code, StringComparer.Ordinal).ToList();
        Assert.Equal(expected.Select(r => r.Code + r.village), seen.Select(s => s.Code));
        Assert.Equal(expected.Select(r => (long)r.Count), seen.Select(s => s.Vector[Cell.Of(1, 1, 10)]));
        Assert.Equal(expected.Select(r => r.Count == 1 ? null : "张三"), seen.Select(s => s.HeadName));
    }

    private static async Task InsertAsync(NpgsqlDataSource source, RegionCode village, string code, int count)
    {
        await using var command = source.CreateCommand("insert into household (code, version, write_id, village, contribution, head_name) values ($1, 1, $2, $3, $4, $5)");
        command.Parameters.Add(new() { Value = code });
        command.Parameters.Add(new() { Value = Guid.NewGuid() });
        command.Parameters.Add(new() { Value = village.ToString() });
        command.Parameters.Add(new() { Value = CellVector.Of((Cell.Of(1, 1, 10), count)).Encode() });
        command.Parameters.Add(new() { Value = count == 1 ? DBNull.Value : "张三" });
        await command.ExecuteNonQueryAsync(Ct);
    }
}
