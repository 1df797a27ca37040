using System.Text.Json;
using FangFanPin.Api.Accounts;
using FangFanPin.Domain.Accounts;
using FangFanPin.Silo;
using FangFanPin.Storage.Accounts;
using FangFanPin.Tests.Shared;
using Npgsql;
using Xunit;

namespace FangFanPin.Tests.Api.Demo;

public sealed class DemoAccountTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    /// <summary>Two installations have no password and no secret in common, and each password is one that the rules let pass.</summary>
    [Fact]
    public async Task Demo_accounts_get_random_passwords_that_are_made_once_and_stand_in_no_database()
    {
        var folders = new[] { Directory.CreateTempSubdirectory("ffp-demo-").FullName, Directory.CreateTempSubdirectory("ffp-demo-").FullName };
        var lists = new List<List<JsonElement>>();
        foreach (var folder in folders)
        {
            await PostgresCluster.ExecuteAsync(database.AdminConnectionString, "delete from accounts");
            foreach (var _ in Enumerable.Range(0, 2)) // the second time changes nothing
                Assert.Equal(0, await Verbs.RunAsync("accounts", ["--file", Path.Combine(folder, "accounts.json"), "--connection", database.ConnectionString]));
            lists.Add(JsonSerializer.Deserialize<List<JsonElement>>(await File.ReadAllTextAsync(Path.Combine(folder, "accounts.json"), TestContext.Current.CancellationToken))!);
            if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(folder, "accounts.json")));
        }
        var passwords = lists.SelectMany(l => l).Select(a => a.GetProperty("password").GetString()!).ToList();
        Assert.True(passwords.Count > 40, $"{passwords.Count}");
        Assert.Equal(passwords.Count, passwords.Distinct().Count());
        Assert.All(lists.SelectMany(l => l), a => Assert.Empty(PasswordPolicy.Check(a.GetProperty("password").GetString()!, [a.GetProperty("name").GetString()!, a.GetProperty("displayName").GetString()!])));
        var secrets = lists.SelectMany(l => l).Select(a => a.GetProperty("totpSecret").GetString()).OfType<string>().ToList();
        Assert.Equal(secrets.Count, secrets.Distinct().Count());

        await using var source = NpgsqlDataSource.Create(database.ConnectionString);
        var store = new AccountStore(source, AccountKeys.OfFolder(folders[1]));
        foreach (var one in lists[1])
        {
            var row = (await store.FindAsync(one.GetProperty("name").GetString()!))!;
            Assert.True(row.Intact && Passwords.Fits(row, one.GetProperty("password").GetString()!));
            Assert.NotEqual(one.GetProperty("password").GetString(), row.PasswordHash);
            Assert.Equal(RoleRules.NeedsSecondFactor(row.Roles, Level(row)), row.TotpConfirmed);
        }
        foreach (var folder in folders) Directory.Delete(folder, recursive: true);
    }

    private static FangFanPin.Domain.Regions.RegionLevel Level(Account row) => row.Region.ToString().TrimEnd('0').Length switch
    {
        <= 2 => FangFanPin.Domain.Regions.RegionLevel.Province, <= 4 => FangFanPin.Domain.Regions.RegionLevel.City, <= 6 => FangFanPin.Domain.Regions.RegionLevel.County, <= 9 => FangFanPin.Domain.Regions.RegionLevel.Town, _ => FangFanPin.Domain.Regions.RegionLevel.Village,
    };
}
