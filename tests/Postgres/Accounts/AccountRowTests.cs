using FangFanPin.Domain.Accounts;
using FangFanPin.Domain.Regions;
using FangFanPin.Storage.Accounts;
using FangFanPin.Tests.Shared;
using Npgsql;
using Xunit;

namespace FangFanPin.Tests.Postgres.Accounts;

public sealed class AccountRowTests(PostgresDatabase db) : IClassFixture<PostgresDatabase>
{
    private static readonly AccountKeys Keys = new([.. Enumerable.Range(0, 32).Select(i => (byte)i)]);
    private static readonly RegionCode County = RegionCode.Parse("411424000000");

    [Fact]
    public async Task A_row_reads_back_as_it_was_written()
    {
        await using var source = NpgsqlDataSource.Create(db.ConnectionString);
        var store = new AccountStore(source, Keys);
        var account = New("viewer", "editor") with { PhoneIndex = Keys.PhoneIndex("13800001111"), TotpSecret = Keys.SealSecret("x", [1, 2]), EnrolHash = [3] };
        Assert.True(await store.CreateAsync(account));
        var read = await store.FindAsync(account.Name);
        Assert.True(read!.Intact);
        Assert.Equal(account.Roles, read.Roles);
        Assert.Equal(account.Name, (await store.FindLoginAsync("13800001111"))!.Name);
        Assert.Null(await store.FindLoginAsync("13800001112"));
        Assert.False(await store.CreateAsync(New("viewer") with { PhoneIndex = Keys.PhoneIndex("13800001111") }));
    }

    [Theory]
    [InlineData("roles = array['admin']")]
    [InlineData("roles = roles || '{editor}'")]
    [InlineData("region = 410000000000")]
    [InlineData("disabled = false")]
    [InlineData("must_change = false")]
    [InlineData("password_hash = (select password_hash from accounts where name = 'donor')")]
    [InlineData("password_changed_at = now() + interval '1 year'")]
    [InlineData("phone_index = '\\x01'")]
    [InlineData("totp_secret = null")]
    [InlineData("totp_confirmed = false")]
    [InlineData("enrol_hash = null")]
    [InlineData("mac = null")]
    [InlineData("mac = (select mac from accounts where name = 'donor')")]
    [InlineData("stamp = (select stamp from accounts where name = 'donor')")]
    public async Task A_row_changed_in_the_database_is_found(string change)
    {
        await using var source = NpgsqlDataSource.Create(db.ConnectionString);
        var store = new AccountStore(source, Keys);
        await store.CreateAsync(New("viewer") with { Name = "donor", PasswordHash = "another" });
        var account = New("viewer") with { Disabled = true, MustChange = true, TotpSecret = Keys.SealSecret("x", [1]), TotpConfirmed = true, EnrolHash = [9] };
        await store.CreateAsync(account);
        Assert.True((await store.FindAsync(account.Name))!.Intact);
        await PostgresCluster.ExecuteAsync(db.AdminConnectionString, $"update accounts set {change} where name = '{account.Name}'");
        Assert.False((await store.FindAsync(account.Name))!.Intact);
        Assert.Equal(AccountStoreErrors.Tampered, (await store.ChangeAsync(account.Name, row => row, "test", DateTimeOffset.UtcNow, (_, _) => Task.CompletedTask)).Error);
    }

    [Fact]
    public async Task The_table_itself_keeps_the_three_administrators_apart()
    {
        await using var source = NpgsqlDataSource.Create(db.ConnectionString);
        var store = new AccountStore(source, Keys);
        var sets = new List<string[]>();
        foreach (var a in RoleNames.All)
            foreach (var b in RoleNames.All)
                sets.Add(a == b ? [a] : [a, b]);
        foreach (var roles in sets)
        {
            var allowed = RoleRules.Check(roles, RegionLevel.Province).All(e => e == RoleErrors.WrongLevel);
            var made = await Record.ExceptionAsync(() => store.CreateAsync(New(roles)));
            Assert.True(allowed == (made is null), $"{string.Join(' ', roles)}: {made?.Message}");
            if (made is not null) Assert.Equal(PostgresErrorCodes.CheckViolation, Assert.IsType<PostgresException>(made).SqlState);
        }
    }

    [Fact]
    public async Task Of_many_uses_of_one_code_at_once_one_succeeds()
    {
        await using var source = NpgsqlDataSource.Create(db.ConnectionString);
        var store = new AccountStore(source, Keys);
        var account = New("viewer");
        await store.CreateAsync(account);
        var used = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => store.UseTotpStepAsync(account.Name, 1000)));
        Assert.Single(used, u => u);
        Assert.False(await store.UseTotpStepAsync(account.Name, 999));
    }

    [Fact]
    public async Task The_last_five_passwords_are_remembered_and_no_more()
    {
        await using var source = NpgsqlDataSource.Create(db.ConnectionString);
        var store = new AccountStore(source, Keys);
        var account = New("viewer") with { PasswordHash = "h0" };
        await store.CreateAsync(account);
        for (var i = 1; i <= 7; i++)
        {
            var n = i;
            await store.ChangeAsync(account.Name, row => row with { PasswordHash = $"h{n}", PasswordChangedAt = row.PasswordChangedAt.AddDays(1) }, "password", DateTimeOffset.UtcNow, (_, _) => Task.CompletedTask);
        }
        Assert.Equal(["h7", "h6", "h5", "h4", "h3"], await store.PastPasswordsAsync(account.Name));
    }

    [Fact]
    public async Task A_key_that_fits_no_row_stops_the_start_and_one_altered_row_does_not()
    {
        await using var source = NpgsqlDataSource.Create(db.ConnectionString);
        var store = new AccountStore(source, Keys);
        var account = New("viewer");
        await store.CreateAsync(account);
        await store.CreateAsync(New("viewer"));
        await PostgresCluster.ExecuteAsync(db.AdminConnectionString, $"update accounts set disabled = true where name = '{account.Name}'");
        await new AccountKeysFit(store).StartAsync(default);
        var foreign = new AccountStore(source, new AccountKeys(new byte[32]));
        await Assert.ThrowsAsync<InvalidOperationException>(() => new AccountKeysFit(foreign).StartAsync(default));
    }

    [Fact]
    public async Task What_cannot_be_recorded_does_not_happen()
    {
        await using var source = NpgsqlDataSource.Create(db.ConnectionString);
        var store = new AccountStore(source, Keys);
        var account = New("viewer");
        await store.CreateAsync(account);
        await Assert.ThrowsAsync<IOException>(() => store.ChangeAsync(account.Name, row => row with { Disabled = true }, "test", DateTimeOffset.UtcNow, (_, _) => throw new IOException()));
        Assert.False((await store.FindAsync(account.Name))!.Disabled);
    }

    private static Account New(params string[] roles) => new($"t{Guid.NewGuid():N}"[..20], "hash", "测试", [.. roles], County, MustChange: false, Disabled: false);
}
