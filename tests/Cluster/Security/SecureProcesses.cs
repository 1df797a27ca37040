using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using FangFanPin.Api.Accounts;
using FangFanPin.Domain.Accounts;
using FangFanPin.Domain.Regions;
using FangFanPin.Storage.Accounts;
using FangFanPin.Storage.Migrations;
using FangFanPin.Storage.Regions;
using FangFanPin.Tests.Cluster.Shared;
using FangFanPin.Tests.Shared;
using Npgsql;
using Xunit;

namespace FangFanPin.Tests.Cluster.Security;

/// <summary>Three real processes, a silo with HTTP and two that serve HTTP alone, on a PostgreSQL of their own that they speak TLS to and check the certificate of.</summary>
public sealed class SecureProcesses : IAsyncLifetime
{
    public const string Password = "kZ8#vQ2m-harvest";
    private const string Role = "ffp_secure", RolePassword = "secure-only-password", Database = "secure";
    private static readonly string Hash = Passwords.Hash(Password);
    private readonly string folder = Directory.CreateTempSubdirectory("ffp-secure-").FullName;
    private readonly List<ServerProcess> processes = [];
    private PrivatePostgres postgres = null!;
    private NpgsqlDataSource source = null!;
    private AccountKeys keys = null!;

    internal IReadOnlyList<ServerProcess> Processes => processes;
    public string Folder => folder;

    /// <summary>As the servers connect.</summary>
    public string Connection => $"{Runtime};SSL Mode=VerifyFull;Root Certificate={Path.Combine(folder, "authority.crt")}";
    public string Admin => PostgresCluster.On(postgres.AdminConnectionString, Database);

    /// <summary>Without a word about encryption.</summary>
    public string Runtime => new NpgsqlConnectionStringBuilder(Admin) { Username = Role, Password = RolePassword }.ToString();

    public async ValueTask InitializeAsync()
    {
        postgres = await PrivatePostgres.StartAsync();
        await PostgresCluster.ExecuteAsync(postgres.AdminConnectionString, $"create role {Role} login password '{RolePassword}' in role ffp_app");
        await PostgresCluster.ExecuteAsync(postgres.AdminConnectionString, $"create database {Database}");
        await EncryptAsync();
        new Migrator(Admin).Migrate();
        await using (var admin = NpgsqlDataSource.Create(Admin)) await new RegionStore(admin).SeedAsync(default);
        await PostgresCluster.ExecuteAsync(Admin, "delete from region where level > 2; delete from region_epoch e where not exists (select from region r where r.code = e.region)");
        keys = AccountKeys.OfFolder(folder);
        source = NpgsqlDataSource.Create(Connection);
        var id = Guid.NewGuid().ToString("N");
        foreach (var role in new[] { "all", "api", "api" })
        {
            var process = ServerProcess.Start($"{role}{processes.Count}", folder, "--role", role, "--connection", Connection, "--data", folder, "--cluster-id", id,
                "--FangFanPin:Edges:AccountPerMinute=0", "--FangFanPin:Edges:AddressPerMinute=0", "--FangFanPin:Edges:LoginsPerMinute=0", "--FangFanPin:Edges:KnownProxies:0=127.0.0.1");
            processes.Add(process);
            await process.WaitReadyAsync(Patience.Generous);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in processes) await process.DisposeAsync();
        if (source is not null) await source.DisposeAsync();
        if (postgres is not null) await postgres.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    /// <returns>Name, and the secret of the second factor where one was asked for.</returns>
    public async Task<(string Name, byte[]? Secret)> CreateAccountAsync(string role, bool secondFactor = false)
    {
        var (name, now) = ($"p{Guid.NewGuid():N}"[..20], DateTimeOffset.UtcNow);
        var secret = secondFactor ? RandomNumberGenerator.GetBytes(Totp.SecretBytes) : null;
        var account = new Account(name, Hash, "测试账号", [role], RegionCode.Parse("410000000000"), false, false)
        {
            CreatedAt = now, PasswordChangedAt = now, TotpSecret = secret is null ? null : keys.SealSecret(name, secret), TotpConfirmed = secret is not null,
        };
        Assert.True(await new AccountStore(source, keys).CreateAsync(account));
        return (name, secret);
    }

    /// <summary>From an address of its own each time.</summary>
    internal static async Task<(HttpStatusCode Status, LoginResponse? Login)> LoginAsync(ServerProcess process, string name, string password, string? code = null)
    {
        using var client = new HttpClient { BaseAddress = process.Address };
        client.DefaultRequestHeaders.Add("X-Forwarded-For", $"10.{RandomNumberGenerator.GetInt32(256)}.{RandomNumberGenerator.GetInt32(256)}.{RandomNumberGenerator.GetInt32(1, 255)}");
        using var answer = await client.PostAsJsonAsync("/api/v1/login", new LoginRequest(name, password, code));
        return (answer.StatusCode, answer.IsSuccessStatusCode ? await answer.Content.ReadFromJsonAsync<LoginResponse>() : null);
    }

    internal static async Task<HttpStatusCode> AskAsync(ServerProcess process, string token, HttpMethod method, string path)
    {
        using var client = new HttpClient { BaseAddress = process.Address };
        using var request = new HttpRequestMessage(method, path) { Headers = { Authorization = new("Bearer", token) } };
        using var answer = await client.SendAsync(request);
        return answer.StatusCode;
    }

    /// <summary>The server writes its own key, as its own account: nobody else could give it one that it accepts.</summary>
    private async Task EncryptAsync()
    {
        using var authority = Issue("ffp-authority", null);
        using var server = Issue("127.0.0.1", authority);
        await File.WriteAllTextAsync(Path.Combine(folder, "authority.crt"), authority.ExportCertificatePem());
        using (var other = Issue("other-authority", null)) await File.WriteAllTextAsync(Path.Combine(folder, "other.crt"), other.ExportCertificatePem());
        await GiveAsync("ffp-test.crt", server.ExportCertificatePem());
        await GiveAsync("ffp-test.key", server.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        foreach (var setting in new[] { "ssl_cert_file = 'ffp-test.crt'", "ssl_key_file = 'ffp-test.key'", "ssl_min_protocol_version = 'TLSv1.2'", "ssl = on" })
            await PostgresCluster.ExecuteAsync(postgres.AdminConnectionString, $"alter system set {setting}");
        // The role of the servers gets in over TLS alone; the tests' superuser as before.
        await PostgresCluster.ExecuteAsync(postgres.AdminConnectionString, $"copy (select 'hostnossl all {Role} all reject') to program 'cat - pg_hba.conf > hba.new && mv hba.new pg_hba.conf'");
        await PostgresCluster.ExecuteAsync(postgres.AdminConnectionString, "select pg_reload_conf()");
    }

    private Task GiveAsync(string name, string pem) => PostgresCluster.ExecuteAsync(
        postgres.AdminConnectionString, $"copy (select unnest(string_to_array('{pem.Trim()}', e'\\n'))) to program 'umask 077; cat > {name}'");

    private static X509Certificate2 Issue(string name, X509Certificate2? issuer)
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(issuer is null, false, 0, true));
        var names = new SubjectAlternativeNameBuilder();
        if (IPAddress.TryParse(name, out var address)) names.AddIpAddress(address);
        else names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        var (from, to) = (DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(12));
        return issuer is null ? request.CreateSelfSigned(from, to.AddHours(1)) : request.Create(issuer, from, to, RandomNumberGenerator.GetBytes(8)).CopyWithPrivateKey(key);
    }
}
