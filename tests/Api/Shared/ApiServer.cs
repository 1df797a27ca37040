using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Security.Cryptography;
using FangFanPin.Api.Accounts;
using FangFanPin.Api.Shared;
using FangFanPin.Domain.Accounts;
using FangFanPin.Domain.Regions;
using FangFanPin.Silo;
using FangFanPin.Storage.Accounts;
using FangFanPin.Tests.Shared;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Xunit;

namespace FangFanPin.Tests.Api.Shared;

/// <summary>
/// The real server, silo and API in this process on a fresh database, with real sockets. One per test class:
/// <c>class XTests(ApiServer server) : IClassFixture&lt;ApiServer&gt;</c>.
/// </summary>
public class ApiServer(PostgresCluster cluster) : IAsyncLifetime
{
    public const string Password = "test-password-123456";
    public static readonly byte[] SystemKey = RandomNumberGenerator.GetBytes(32);
    private static readonly string PasswordHash = Passwords.Hash(Password);
    private readonly string folder = Directory.CreateTempSubdirectory("ffp-api-").FullName;
    private PostgresDatabase database = null!;
    private WebApplication app = null!;

    /// <summary>Bounds on rates: none, because tests ask as fast as they can.</summary>
    protected virtual string[] Limits => ["--FangFanPin:Edges:AccountPerMinute=0", "--FangFanPin:Edges:AddressPerMinute=0", "--FangFanPin:Edges:LoginsPerMinute=0"];

    /// <summary>What this class replaces in the server, besides its clock.</summary>
    protected virtual void Arrange(IServiceCollection services) => services.AddSingleton<FangFanPin.Domain.Cases.ISmsSender>(Messages);

    public IServiceProvider Services => app.Services;
    /// <summary>The server's data folder.</summary>
    public string Folder => folder;
    public string ConnectionString => database.ConnectionString;
    public string AdminConnectionString => database.AdminConnectionString;
    public Uri Address { get; private set; } = null!;

    /// <summary>Of the server. Whoever puts it forward signs in again.</summary>
    public ShiftedClock Clock { get; } = new();

    /// <summary>What would have been sent to phones.</summary>
    public SentMessages Messages { get; } = new();

    public virtual async ValueTask InitializeAsync()
    {
        database = new PostgresDatabase(cluster);
        await database.InitializeAsync();
        app = Server.Build([
            "--connection", database.ConnectionString, "--data", folder, "--port", "0",
            "--silo-port", FreePort(), "--gateway-port", FreePort(), "--cluster-id", Guid.NewGuid().ToString("N"),
            "--FangFanPin:Edges:KnownProxies:0=127.0.0.1", .. Limits,
            $"--FangFanPin:Edges:Systems:civil-affairs:Key={Convert.ToBase64String(SystemKey)}", "--FangFanPin:Edges:Systems:civil-affairs:Region=411424000000",
            "--FangFanPin:Edges:Systems:civil-affairs:Roles:0=viewer",
        ], builder => Arrange(builder.Services.AddSingleton<TimeProvider>(Clock)));
        await app.StartAsync();
        Address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
    }

    public virtual async ValueTask DisposeAsync()
    {
        await app.StopAsync();
        await app.DisposeAsync();
        await database.DisposeAsync();
        Directory.Delete(folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Each client has an address of its own, so that one test's failed logins lock no other test out.</summary>
    public HttpClient Anonymous()
    {
        var client = new HttpClient { BaseAddress = Address };
        client.DefaultRequestHeaders.Add("X-Forwarded-For", NewAddress());
        return client;
    }

    public static string NewAddress() => $"10.{RandomNumberGenerator.GetInt32(256)}.{RandomNumberGenerator.GetInt32(256)}.{RandomNumberGenerator.GetInt32(1, 255)}";

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
        var login = await LoginAsync(client, name);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", login.Token);
        return client;
    }

    /// <summary>With a code where the account needs one: at most three times within half a minute, because codes do not come twice.</summary>
    public async Task<LoginResponse> LoginAsync(HttpClient client, string name)
    {
        Task<HttpResponseMessage> AskAsync(string? code) => client.PostAsJsonAsync("/api/v1/login", new LoginRequest(name, Password, code));
        var code = await NextCodeAsync(name);
        var answer = await AskAsync(code);
        // The oldest good code ends with the half minute, which may have been over before the server looked.
        if (code is not null && answer.StatusCode == System.Net.HttpStatusCode.Unauthorized) answer = await AskAsync(await NextCodeAsync(name));
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync<LoginResponse>())!;
    }

    /// <summary>The next code that is good for an account; null where none is needed.</summary>
    public async Task<string?> NextCodeAsync(string name)
    {
        if (await Accounts.FindAsync(name) is not { TotpConfirmed: true } account) return null;
        var keys = Services.GetRequiredService<AccountKeys>();
        var oldest = Totp.StepAt(Services.GetRequiredService<TimeProvider>().GetUtcNow()) - 1;
        return Totp.Code(keys.OpenSecret(name, account.TotpSecret!), Math.Max(oldest, account.TotpStep + 1));
    }

    public AccountStore Accounts => Services.GetRequiredService<AccountStore>();

    /// <returns>The new account's name; its password is <see cref="Password"/>.</returns>
    public async Task<string> CreateAccountAsync(string region, string[] roles, bool mustChange = false, bool disabled = false)
    {
        var name = $"u{Guid.NewGuid():N}"[..20];
        var code = RegionCode.Parse(region);
        var now = Services.GetRequiredService<TimeProvider>().GetUtcNow();
        var account = new Account(name, PasswordHash, "测试账号", [.. roles], code, mustChange, disabled) { CreatedAt = now, PasswordChangedAt = now };
        if (RoleRules.NeedsSecondFactor(roles, Services.GetRequiredService<SignIn>().LevelOf(code)))
            account = account with
            {
                TotpSecret = Services.GetRequiredService<AccountKeys>().SealSecret(name, RandomNumberGenerator.GetBytes(Totp.SecretBytes)),
                TotpConfirmed = true,
            };
        Assert.True(await Accounts.CreateAsync(account));
        return name;
    }

    /// <summary>Runs one statement as the superuser and gives its first value.</summary>
    public async Task<object?> AskAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(AdminConnectionString) { Pooling = false }.ToString());
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }

    private static string FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0));
        return ((System.Net.IPEndPoint)socket.LocalEndPoint!).Port.ToString();
    }
}
