using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using FangFanPin.Api.Accounts;
using FangFanPin.Domain.Accounts;
using FangFanPin.Domain.Regions;
using FangFanPin.Storage.Accounts;
using FangFanPin.Storage.Migrations;
using FangFanPin.Storage.Regions;
using FangFanPin.Tests.Cluster.Shared;
using FangFanPin.Tests.Shared;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Xunit;

namespace FangFanPin.Tests.Cluster.Memory;

/// <summary>One real process, silo and HTTP, that may take little memory, over all regions of the province and a county full of rows.</summary>
public sealed class LimitedServer : IAsyncLifetime
{
    public const int LimitMb = 600;
    public const string County = "411424000000";

    /// <summary>Its first towns have households that can be opened; all others get rows.</summary>
    public const int OpenedTowns = 1;
    private const string Database = "limited", Role = "ffp_limited", RolePassword = "limited-only-password", Password = "kZ8#vQ2m-limited";
    private readonly string folder = Directory.CreateTempSubdirectory("ffp-limited-").FullName;
    private readonly string clusterId = $"limited-{Guid.NewGuid():N}"[..20];
    private PrivatePostgres postgres = null!;
    private IHost client = null!;

    internal ServerProcess Process { get; private set; } = null!;
    public string Folder => folder;
    public HttpClient Http { get; private set; } = null!;
    /// <summary>Everybody who stands in a row, those too who have left.</summary>
    public long Persons { get; private set; }
    public IGrainFactory Grains => client.Services.GetRequiredService<IClusterClient>();
    private string Admin => PostgresCluster.On(postgres.AdminConnectionString, Database);

    public async ValueTask InitializeAsync()
    {
        postgres = await PrivatePostgres.StartAsync();
        await PostgresCluster.ExecuteAsync(postgres.AdminConnectionString, $"create role {Role} login password '{RolePassword}' in role ffp_app");
        await PostgresCluster.ExecuteAsync(postgres.AdminConnectionString, $"create database {Database}");
        new Migrator(new NpgsqlConnectionStringBuilder(Admin) { Pooling = false }.ToString()).Migrate();
        var connection = new NpgsqlConnectionStringBuilder(Admin) { Username = Role, Password = RolePassword }.ToString();
        await using (var admin = NpgsqlDataSource.Create(Admin)) await new RegionStore(admin).SeedAsync(default);
        Process = ServerProcess.Start("limited", folder, "--role", "all", "--connection", connection, "--data", folder, "--cluster-id", clusterId, "--memory", $"{LimitMb}",
            "--FangFanPin:Edges:AccountPerMinute=0", "--FangFanPin:Edges:AddressPerMinute=0", "--FangFanPin:Rollup:RecountPause=00:00:00.001");
        await Process.WaitReadyAsync(Patience.Generous);
        client = FaultCluster.BuildClient(clusterId, connection);
        await client.StartAsync();
        await using var source = NpgsqlDataSource.Create(connection);
        Http = await SignInAsync(new AccountStore(source, AccountKeys.OfFolder(folder)));
    }

    /// <summary>Rows of households in the rest of the county. A server that starts would not take a database whose documents it cannot open: after the start.</summary>
    public async Task FillAsync()
    {
        await using var admin = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(Admin) { Pooling = false });
        var tree = await new RegionStore(admin).LoadAsync(default);
        await using var connection = await admin.OpenConnectionAsync();
        var villages = tree.ChildrenOf(RegionCode.Parse(County)).OrderBy(t => t.Code).Skip(OpenedTowns).SelectMany(t => tree.VillagesBelow(t.Code));
        await PlainProvince.FillAsync(connection, [.. villages.Select(v => v.Code.ToString())], documentBytes: 64);
        await using var count = new NpgsqlCommand("select count(*) from household_member", connection);
        Persons = (long)(await count.ExecuteScalarAsync())!;
    }

    public async ValueTask DisposeAsync()
    {
        Http?.Dispose();
        if (client is not null)
        {
            await client.StopAsync();
            client.Dispose();
        }
        if (Process is not null) await Process.DisposeAsync();
        if (postgres is not null) await postgres.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>Who takes data out has a second factor.</summary>
    private async Task<HttpClient> SignInAsync(AccountStore accounts)
    {
        var (name, now, secret) = ($"m{Guid.NewGuid():N}"[..20], DateTimeOffset.UtcNow, RandomNumberGenerator.GetBytes(Totp.SecretBytes));
        Assert.True(await accounts.CreateAsync(new Account(name, Passwords.Hash(Password), "测试账号", [RoleNames.Importer, RoleNames.Exporter, RoleNames.Operator], RegionCode.Parse("410000000000"), false, false)
        {
            CreatedAt = now, PasswordChangedAt = now, TotpSecret = AccountKeys.OfFolder(folder).SealSecret(name, secret), TotpConfirmed = true,
        }));
        var http = new HttpClient { BaseAddress = Process.Address, Timeout = Patience.Generous };
        using var answer = await http.PostAsJsonAsync("/api/v1/login", new LoginRequest(name, Password, Totp.Code(secret, Totp.StepAt(now))));
        answer.EnsureSuccessStatusCode();
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", (await answer.Content.ReadFromJsonAsync<LoginResponse>())!.Token);
        return http;
    }
}
