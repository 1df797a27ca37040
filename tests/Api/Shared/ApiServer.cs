using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using FangFanPin.Api.Accounts;
using FangFanPin.Api.Shared;
using FangFanPin.Domain.Regions;
using FangFanPin.Silo;
using FangFanPin.Storage.Accounts;
using FangFanPin.Tests.Shared;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace FangFanPin.Tests.Api.Shared;

/// <summary>
/// The real server, silo and API in this process on a fresh database, with real sockets. One per test class:
/// <c>class XTests(ApiServer server) : IClassFixture&lt;ApiServer&gt;</c>.
/// </summary>
public sealed class ApiServer(PostgresCluster cluster) : IAsyncLifetime
{
    public const string Password = "test-password-123456";
    private readonly string folder = Directory.CreateTempSubdirectory("ffp-api-").FullName;
    private PostgresDatabase database = null!;
    private WebApplication app = null!;

    public IServiceProvider Services => app.Services;
    /// <summary>The server's data folder.</summary>
    public string Folder => folder;
    public string AdminConnectionString => database.AdminConnectionString;
    public Uri Address { get; private set; } = null!;

    /// <summary>Of the server. Whoever puts it forward signs in again.</summary>
    public ShiftedClock Clock { get; } = new();

    /// <summary>What would have been sent to phones.</summary>
    public SentMessages Messages { get; } = new();

    public async ValueTask InitializeAsync()
    {
        database = new PostgresDatabase(cluster);
        await database.InitializeAsync();
        app = Server.Build([
            "--connection", database.ConnectionString, "--data", folder, "--port", "0",
            "--silo-port", FreePort(), "--gateway-port", FreePort(), "--cluster-id", Guid.NewGuid().ToString("N"),
        ], builder => builder.Services.AddSingleton<TimeProvider>(Clock).AddSingleton<FangFanPin.Domain.Cases.ISmsSender>(Messages));
        await app.StartAsync();
        Address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
    }

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync();
        await app.DisposeAsync();
        await database.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    public HttpClient Anonymous() => new() { BaseAddress = Address };

    /// <summary>A client signed in as a new account.</summary>
    /// <param name="region">Twelve digits.</param>
    public async Task<HttpClient> SignInAsync(string region, params string[] roles)
    {
        var name = await CreateAccountAsync(region, roles);
        return await SignInAsync(name);
    }

    public async Task<HttpClient> SignInAsync(string name)
    {
        var client = Anonymous();
        var answer = await client.PostAsJsonAsync("/api/v1/login", new LoginRequest(name, Password));
        answer.EnsureSuccessStatusCode();
        var login = await answer.Content.ReadFromJsonAsync<LoginResponse>();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", login!.Token);
        return client;
    }

    /// <returns>The new account's name; its password is <see cref="Password"/>.</returns>
    public async Task<string> CreateAccountAsync(string region, string[] roles, bool mustChange = false, bool disabled = false)
    {
        var name = $"u{Guid.NewGuid():N}"[..20];
        var account = new Account(name, Passwords.Hash(Password), "测试账号", [.. roles], RegionCode.Parse(region), mustChange, disabled);
        Assert.True(await Services.GetRequiredService<AccountStore>().CreateAsync(account));
        if (disabled) await PostgresCluster.ExecuteAsync(AdminConnectionString, $"update accounts set disabled = true where name = '{name}'");
        return name;
    }

    private static string FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0));
        return ((System.Net.IPEndPoint)socket.LocalEndPoint!).Port.ToString();
    }
}
