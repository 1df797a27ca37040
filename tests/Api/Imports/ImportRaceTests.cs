using FangFanPin.Api.Imports;
using FangFanPin.Tests.Api.Shared;
using FangFanPin.Tests.Shared;
using Xunit;

namespace FangFanPin.Tests.Api.Imports;

/// <summary>What changes between preview and commit is a conflict of its row, and nobody comes to stand in two households by it.</summary>
public sealed class ImportRaceTests(ApiServer server) : IClassFixture<ApiServer>
{
    private const string County = "411424000000", Village = HostileFiles.Village;
    private static int last = 70_000;
    private readonly string code = "C" + Guid.NewGuid().ToString("N")[..15];
    private readonly string certificate = SampleHouseholds.Certificate(Interlocked.Increment(ref last));

    private async Task<ImportClient> SignInAsync() => new(await server.SignInAsync(County, "importer", "editor"), County);

    private static string?[] Row(string household, string person, string name = "张三", string? certificate = null, string people = "1") =>
        [household, Village, people, person, name, "男", null, certificate];

    [Fact]
    public async Task Of_two_previews_of_one_new_household_the_second_to_commit_finds_a_conflict()
    {
        using var client = await SignInAsync();
        var first = await client.UploadAsync(HostileFiles.Header, Row(code, code + "-1"));
        var second = await client.UploadAsync(HostileFiles.Header, Row(code, code + "-1", name: "李四"), Row(code + "B", code + "-2"));
        Assert.Equal((1L, 2L), (first.Counts.New, second.Counts.New));
        Assert.Equal(1, (await client.StepAsync(first.Id, "commit")).Counts.Written);
        var done = await client.StepAsync(second.Id, "commit");
        Assert.Equal(("Done", 1L, 1L), (done.Stage, done.Counts.Written, done.Counts.RefusedAtCommit));
        Assert.Equal([new ImportConflictResponse(code, "household.stale-version")], await client.ConflictsAsync(second.Id));
        Assert.Equal("张三", (await client.HouseholdAsync(code)).GetProperty("members")[0].GetProperty("Name").GetString());
    }

    [Fact]
    public async Task A_household_that_a_person_has_changed_since_the_preview_is_not_overwritten_and_one_that_is_as_wanted_is_no_conflict()
    {
        using var client = await SignInAsync();
        await client.StepAsync((await client.UploadAsync(HostileFiles.Header, Row(code, code + "-1"))).Id, "commit");
        var changed = await client.UploadAsync(HostileFiles.Header, Row(code, code + "-1", people: "4"));
        var same = await client.UploadAsync(HostileFiles.Header, Row(code, code + "-1", people: "5"));
        Assert.Equal((1L, 1L), (changed.Counts.Changed, same.Counts.Changed));
        await client.CommandAsync(code, new { kind = "amend", Fields = new { MemberCount = 5 } }, version: 1);
        Assert.Equal(1, (await client.StepAsync(changed.Id, "commit")).Counts.RefusedAtCommit);
        Assert.Equal([new ImportConflictResponse(code, "household.stale-version")], await client.ConflictsAsync(changed.Id));
        Assert.Equal((0L, 1L), (await client.StepAsync(same.Id, "commit")) is var done ? (done.Counts.RefusedAtCommit, done.Counts.AsTheyWere) : default);
        Assert.Equal(5, (await client.HouseholdAsync(code)).GetProperty("household").GetProperty("MemberCount").GetInt32());
    }

    [Theory]
    [InlineData(true, "import.person-elsewhere")]
    [InlineData(false, "import.certificate-elsewhere")]
    public async Task One_person_in_two_households_of_two_imports_committed_at_once_gets_into_one_of_them(bool samePerson, string reason)
    {
        using var client = await SignInAsync();
        var imports = new[]
        {
            await client.UploadAsync(HostileFiles.Header, Row(code + "A", code + "-1", certificate: certificate)),
            await client.UploadAsync(HostileFiles.Header, Row(code + "B", samePerson ? code + "-1" : code + "-2", certificate: certificate)),
        };
        Assert.All(imports, i => Assert.Equal(1, i.Counts.New));
        var done = await Task.WhenAll(imports.Select(i => client.StepAsync(i.Id, "commit")));
        Assert.Equal((1L, 1L), (done.Sum(d => d.Counts.Written), done.Sum(d => d.Counts.RefusedAtCommit)));
        var conflict = Assert.Single(await client.ConflictsAsync(done.Single(d => d.Counts.RefusedAtCommit == 1).Id));
        Assert.Equal(reason, conflict.Reason);
        Assert.Equal(1, await ImportClient.CountAsync(server.AdminConnectionString, $"select count(*) from household_member where household_code in ('{code}A', '{code}B')"));
    }

    [Fact]
    public async Task What_the_preview_has_seen_in_two_households_is_a_finding_and_no_obstacle()
    {
        using var client = await SignInAsync();
        await client.StepAsync((await client.UploadAsync(HostileFiles.Header, Row(code + "A", code + "-1", certificate: certificate))).Id, "commit");
        var second = await client.UploadAsync(HostileFiles.Header, Row(code + "B", code + "-2", certificate: certificate), Row(code + "C", code + "-3", certificate: certificate));
        Assert.Equal(2, (await client.StepAsync(second.Id, "commit")).Counts.Written);
    }

    [Fact]
    public async Task A_household_known_under_a_platform_code_goes_on_under_the_national_one_and_comes_back_when_the_import_is_undone()
    {
        using var client = await SignInAsync();
        var platform = $"P411424{Random.Shared.NextInt64(10_000_000_000):D10}";
        await client.CommandAsync(platform, new
        {
            kind = "register",
            Fields = new { AreaCode = Village, HeadName = "张三", HeadCertNumber = certificate, HouseholdType = "1", Address = "东组1号" },
            Members = new[] { new { PersonCode = "P1", Name = "张三", CertType = "1", CertNumber = certificate }, new { PersonCode = "P2", Name = "李四", CertType = "1", CertNumber = SampleHouseholds.Certificate(last + 5000) } },
        });
        string?[][] file = [[.. HostileFiles.Header, "与户主关系"], [.. Row(code, code + "-1", name: "张三丰", certificate: certificate), "户主"]];
        var import = await client.UploadAsync(file);
        Assert.Equal((0L, 1L), (import.Counts.New, import.Counts.Changed));
        Assert.Equal(1, (await client.StepAsync(import.Id, "commit")).Counts.Written);

        var taken = await client.HouseholdAsync(code);
        Assert.Equal((platform, "东组1号"), (taken.GetProperty("household").GetProperty("PlatformCode").GetString(), taken.GetProperty("household").GetProperty("Address").GetString()));
        Assert.Equal([code + "-1", "P2"], taken.GetProperty("members").EnumerateArray().Select(m => m.GetProperty("PersonCode").GetString()!));
        Assert.Equal("张三丰", taken.GetProperty("members")[0].GetProperty("Name").GetString());
        var closed = await client.HouseholdAsync(platform);
        Assert.Equal(("4", code, 0), (closed.GetProperty("household").GetProperty("HouseholdStatus").GetString(), closed.GetProperty("household").GetProperty("NationalCode").GetString(), closed.GetProperty("members").GetArrayLength()));
        Assert.Equal(1, (await client.UploadAsync(file)).Counts.Unchanged);

        Assert.Equal(1, (await client.StepAsync(import.Id, "undo")).Counts.TakenBack);
        var back = await client.HouseholdAsync(platform);
        Assert.Equal(("1", 2), (back.GetProperty("household").GetProperty("HouseholdStatus").GetString(), back.GetProperty("members").GetArrayLength()));
        Assert.Equal("household.not-found", (await client.RefusedAsync(HttpMethod.Get, $"/api/v1/households/{code}")).Problem);
    }
}
