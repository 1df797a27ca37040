using FangFanPin.Storage.Migrations;
using FangFanPin.Tests.Shared;
using Npgsql;
using Xunit;

[assembly: AssemblyFixture(typeof(PostgresCluster))]

namespace FangFanPin.Tests.Shared;

/// <summary>
/// The PostgreSQL of this test run: the one named by <c>FFP_TEST_PG</c> (a superuser's connection string), else a private one, started when
/// a test first asks for a database. On CI the variable must be there, so that a forgotten set-up fails instead of hiding.
/// </summary>
public sealed class PostgresCluster : IAsyncDisposable
{
    private readonly SemaphoreSlim gate = new(1, 1);
    private readonly string template = $"ffp_template_{Guid.NewGuid():N}";
    private readonly string login = $"ffp_login_{Guid.NewGuid():N}";
    private readonly string password = Guid.NewGuid().ToString("N");
    private PrivatePostgres? own;
    private string? admin;

    /// <summary>A fresh, migrated database.</summary>
    /// <returns>Connection strings of the role that the system runs as, and of a superuser.</returns>
    public async Task<(string Name, string Runtime, string Admin)> CreateDatabaseAsync()
    {
        await gate.WaitAsync();
        try
        {
            admin ??= await PrepareAsync();
            var name = $"ffp_t_{Guid.NewGuid():N}";
            await ExecuteAsync(admin, $"create database {name} template {template}");
            var runtime = new NpgsqlConnectionStringBuilder(admin) { Database = name, Username = login, Password = password, MaxPoolSize = 40 };
            return (name, runtime.ToString(), On(admin, name));
        }
        finally
        {
            gate.Release();
        }
    }

    public async Task DropDatabaseAsync(string name)
    {
        if (admin is not null) await ExecuteAsync(admin, $"drop database if exists {name} with (force)");
    }

    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        if (own is not null)
        {
            await own.DisposeAsync();
        }
        else if (admin is not null)
        {
            await ExecuteAsync(admin, $"drop database if exists {template} with (force)");
            await ExecuteAsync(admin, $"drop role if exists {login}");
        }
        gate.Dispose();
    }

    /// <summary>Database <paramref name="name"/> of the same server, as the same role.</summary>
    public static string On(string connectionString, string name) => new NpgsqlConnectionStringBuilder(connectionString) { Database = name }.ToString();

    public static async Task ExecuteAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ToString());
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private async Task<string> PrepareAsync()
    {
        var given = Environment.GetEnvironmentVariable("FFP_TEST_PG");
        if (string.IsNullOrWhiteSpace(given))
        {
            if (Environment.GetEnvironmentVariable("CI") == "true") throw new InvalidOperationException("FFP_TEST_PG is not set: deploy/test.sh sets it.");
            own = await PrivatePostgres.StartAsync();
            given = own.AdminConnectionString;
        }
        // Several test programs may share a server, hence the exception handler; the role itself holds no data.
        await ExecuteAsync(given, "do $$ begin create role ffp_app nologin; exception when duplicate_object or unique_violation then null; end $$");
        await ExecuteAsync(given, $"create role {login} login password '{password}' in role ffp_app");
        await ExecuteAsync(given, $"create database {template}");
        // Pooled sessions would keep the template busy.
        new Migrator(new NpgsqlConnectionStringBuilder(On(given, template)) { Pooling = false }.ToString()).Migrate();
        return given;
    }
}

/// <summary>A database for one test class, dropped after it: <c>class XTests(PostgresDatabase db) : IClassFixture&lt;PostgresDatabase&gt;</c>.</summary>
public sealed class PostgresDatabase(PostgresCluster cluster) : IAsyncLifetime
{
    private string name = "";

    /// <summary>The role that the running system has: rows only, no tables.</summary>
    public string ConnectionString { get; private set; } = "";

    /// <summary>A superuser on the same database.</summary>
    public string AdminConnectionString { get; private set; } = "";

    public async ValueTask InitializeAsync() => (name, ConnectionString, AdminConnectionString) = await cluster.CreateDatabaseAsync();

    public async ValueTask DisposeAsync()
    {
        using (var connection = new NpgsqlConnection(ConnectionString)) NpgsqlConnection.ClearPool(connection);
        await cluster.DropDatabaseAsync(name);
    }
}
