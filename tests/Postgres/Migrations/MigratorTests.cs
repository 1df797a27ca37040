using FangFanPin.Storage.Migrations;
using FangFanPin.Tests.Shared;
using Npgsql;
using Xunit;

namespace FangFanPin.Tests.Postgres.Migrations;

public sealed class MigratorTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    [Fact]
    public async Task Several_processes_migrating_an_empty_database_at_once_apply_each_script_once()
    {
        var name = $"ffp_m_{Guid.NewGuid():N}";
        await PostgresCluster.ExecuteAsync(database.AdminConnectionString, $"create database {name}");
        var empty = new NpgsqlConnectionStringBuilder(PostgresCluster.On(database.AdminConnectionString, name)) { Pooling = false }.ToString();
        try
        {
            var applied = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => new Migrator(empty).Migrate())));
            Assert.Single(applied, scripts => scripts.Count > 0);
            Assert.Contains("0001_orleans.sql", applied.SelectMany(s => s));
            Assert.Empty(new Migrator(empty).Pending());
        }
        finally
        {
            await PostgresCluster.ExecuteAsync(database.AdminConnectionString, $"drop database {name} with (force)");
        }
    }

    [Fact]
    public async Task A_script_that_changed_after_it_was_applied_stops_the_start()
    {
        await PostgresCluster.ExecuteAsync(database.AdminConnectionString, "update schemahashes set sha256 = 'other' where scriptname = '0001_orleans.sql'");
        Assert.Contains("0001_orleans.sql", Assert.Throws<MigrationException>(() => new Migrator(database.AdminConnectionString).Migrate()).Message);
        await PostgresCluster.ExecuteAsync(database.AdminConnectionString, "delete from schemahashes where scriptname = '0001_orleans.sql'");
        Assert.Empty(new Migrator(database.AdminConnectionString).Migrate());
    }

    [Theory]
    [InlineData("0110_import_new.sql", "54390d4684033d97267b777e9a488719a7c87bf18969aed4ebe4a7ba97f78f4d")]
    [InlineData("0161_sync_plans.sql", "fd8d4d037d5bf42854159dfee7c1e6765fcf5ff47cae6ff1b32ea644933a4718")]
    public async Task A_script_that_was_out_in_two_wordings_is_taken_in_either(string script, string sha256)
    {
        await PostgresCluster.ExecuteAsync(database.AdminConnectionString, $"update schemahashes set sha256 = '{sha256}' where scriptname = '{script}'");
        Assert.Empty(new Migrator(database.AdminConnectionString).Migrate());
        await PostgresCluster.ExecuteAsync(database.AdminConnectionString, $"delete from schemahashes where scriptname = '{script}'");
        Assert.Empty(new Migrator(database.AdminConnectionString).Migrate());
    }

    [Fact]
    public void The_running_systems_role_sees_that_nothing_is_pending() => Assert.Empty(new Migrator(database.ConnectionString).Pending());

    [Theory]
    [InlineData("alter table orleansstorage add column x int")]
    [InlineData("drop table orleansstorage")]
    [InlineData("truncate orleansstorage")]
    [InlineData("create table x (y int)")]
    [InlineData("update orleansquery set querytext = ''")]
    [InlineData("delete from schemaversions")]
    public async Task The_running_systems_role_cannot_change_tables_statements_or_the_journal(string sql)
    {
        var refused = await Assert.ThrowsAsync<PostgresException>(() => PostgresCluster.ExecuteAsync(database.ConnectionString, sql));
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refused.SqlState);
    }

    [Fact]
    public void A_database_that_is_away_is_reported_in_words_for_the_operator()
    {
        var away = new NpgsqlConnectionStringBuilder(database.ConnectionString) { Port = 1, Timeout = 2 }.ToString();
        Assert.Contains("数据库升级失败", Assert.Throws<MigrationException>(() => new Migrator(away).Migrate()).Message);
    }
}
