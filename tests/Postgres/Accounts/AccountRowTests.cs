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
        Assert.Equal(AccountStoreErrors.Tampered, (await store.ChangeAsync(account.Name, row => row, "test", DateTimeOffset.UtcNow, (row, _) => Entry(row))).Error);
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
            await store.ChangeAsync(account.Name, row => row with { PasswordHash = $"h{n}", PasswordChangedAt = row.PasswordChangedAt.AddDays(1) }, "password", DateTimeOffset.UtcNow, (row, _) => Entry(row));
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

    /// <summary>The entry and the change are one transaction: what the one refuses, the other does not bring.</summary>
    [Fact]
    public async Task An_entry_stands_with_its_change_and_neither_without_the_other()
    {
        await using var source = NpgsqlDataSource.Create(db.ConnectionString);
        var store = new AccountStore(source, Keys);
        var account = New("viewer");
        Assert.True(await store.CreateAsync(account, (row, hashes) => Entry(row) with { AfterHash = hashes.After }));
        Assert.False(await store.CreateAsync(account, (row, _) => Entry(row))); // taken: nothing happened, nothing is said
        Assert.True((await store.ChangeAsync(account.Name, row => row with { Disabled = true }, "test", DateTimeOffset.UtcNow, (row, hashes) => Entry(row) with { BeforeHash = hashes.Before, AfterHash = hashes.After })).Ok);
        await PostgresCluster.ExecuteAsync(db.AdminConnectionString, "revoke insert on audit from ffp_app");
        try
        {
            var (refused, failed) = (New("viewer"), await Record.ExceptionAsync(() => store.ChangeAsync(account.Name, row => row with { Disabled = false }, "test", DateTimeOffset.UtcNow, (row, _) => Entry(row))));
            Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, Assert.IsType<PostgresException>(failed).SqlState);
            await Assert.ThrowsAsync<PostgresException>(() => store.CreateAsync(refused, (row, _) => Entry(row)));
            Assert.Null(await store.FindAsync(refused.Name));
        }
        finally
        {
            await PostgresCluster.ExecuteAsync(db.AdminConnectionString, "grant insert on audit to ffp_app");
        }
        Assert.True((await store.FindAsync(account.Name))!.Disabled);
        await using var command = source.CreateCommand($"select string_agg(coalesce(encode(before_hash, 'hex'), '-') || ' ' || encode(after_hash, 'hex'), ' ' order by id) from audit where object = '{account.Name}'");
        Assert.True(((string)(await command.ExecuteScalarAsync())!).Split(' ') is ["-", var created, var found, var left] && created == found && left != found);
    }

    private static AuditEntry Entry(Account row) => new(DateTimeOffset.UtcNow, "tester", "test", row.Name, "ok", "");

    private static Account New(params string[] roles) => new($"t{Guid.NewGuid():N}"[..20], "hash", "测试", [.. roles], County, MustChange: false, Disabled: false);

    [Fact]
    public async Task After_a_new_key_rows_of_both_are_intact_in_every_process_and_then_all_carry_the_new_one()
    {
        var folder = Directory.CreateTempSubdirectory("ffp-account-").FullName;
        await using var source = NpgsqlDataSource.Create(db.ConnectionString);
        var (one, other) = (AccountKeys.OfFolder(folder), AccountKeys.OfFolder(folder));
        var (here, there) = (new AccountStore(source, one), new AccountStore(source, other));
        var phone = $"138{Random.Shared.Next(100_000_000):00000000}";
        var old = New("viewer");
        Assert.True(await here.CreateAsync(old with { PhoneIndex = one.PhoneIndex(phone), TotpSecret = one.SealSecret(old.Name, [1, 2, 3]), TotpConfirmed = true }));
        one.AddKey();
        var fresh = New("viewer");
        Assert.True(await here.CreateAsync(fresh with { TotpSecret = one.SealSecret(fresh.Name, [4]) }));
        // The other process learns the key when it meets it.
        Assert.True(await there.FindAsync(fresh.Name) is { Intact: true } seen && other.OpenSecret(fresh.Name, seen.TotpSecret!) is [4]);
        Assert.Equal(old.Name, (await there.FindLoginAsync(phone))!.Name);
        Assert.True(await there.FindAsync(old.Name) is { Intact: true, SignedAnew: false });
        var stamp = (await here.FindAsync(old.Name))!.Stamp;
        await PostgresCluster.ExecuteAsync(db.AdminConnectionString, $"update accounts set roles = '{{admin}}' where name = '{fresh.Name}'");

        Assert.Equal(1, await here.SignAnewAsync());
        Assert.Equal(0, await here.SignAnewAsync());
        var row = (await there.FindAsync(old.Name))!;
        Assert.True(row is { Intact: true, SignedAnew: true } && row.Stamp == stamp);
        Assert.Equal([1, 2, 3], other.OpenSecret(old.Name, row.TotpSecret!));
        Assert.Equal(old.Name, (await there.FindLoginAsync(phone))!.Name);
        Assert.False((await there.FindAsync(fresh.Name))!.Intact); // altered: nobody signs it
        Assert.Throws<System.Security.Cryptography.CryptographicException>(() => other.OpenSecret(fresh.Name, row.TotpSecret!));
    }
}
