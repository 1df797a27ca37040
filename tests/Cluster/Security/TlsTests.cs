using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using FangFanPin.Contracts.Rollup;
using FangFanPin.Silo;
using FangFanPin.Tests.Shared;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace FangFanPin.Tests.Cluster.Security;

/// <summary>Two silos and an API process that speak TLS to each other and to the outside.</summary>
public sealed class TlsCluster(PostgresCluster cluster) : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("ffp-tls-").FullName;
    private readonly List<WebApplication> servers = [];
    private PostgresDatabase database = null!;

    /// <summary>The first is a silo with the two ports below, the last serves HTTP.</summary>
    public IReadOnlyList<WebApplication> Servers => servers;
    public X509Certificate2 Authority { get; private set; } = null!;
    public int SiloPort { get; private set; }
    public int GatewayPort { get; private set; }
    public string Folder => folder;
    public string ConnectionString => database.ConnectionString;

    public async ValueTask InitializeAsync()
    {
        database = new PostgresDatabase(cluster);
        await database.InitializeAsync();
        Authority = Issue("ffp-authority", null);
        Save("authority", Authority);
        Save("member", Issue("localhost", Authority));
        (SiloPort, GatewayPort) = (FreePort(), FreePort());
        var id = Guid.NewGuid().ToString("N");
        await StartAsync(id, "silo", SiloPort, GatewayPort);
        await StartAsync(id, "silo", FreePort(), FreePort());
        await StartAsync(id, "api", 0, 0);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in Enumerable.Reverse(servers))
        {
            await server.StopAsync();
            await server.DisposeAsync();
        }
        await database.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    public string[] Tls =>
    [
        $"--FangFanPin:Tls:Certificate={Path.Combine(folder, "member.crt")}", $"--FangFanPin:Tls:Key={Path.Combine(folder, "member.key")}",
        $"--FangFanPin:Tls:Authority={Path.Combine(folder, "authority.crt")}",
    ];

    private async Task StartAsync(string id, string role, int silo, int gateway)
    {
        var server = Server.Build(["--role", role, "--connection", database.ConnectionString, "--data", folder, "--port", "0",
            "--silo-port", $"{silo}", "--gateway-port", $"{gateway}", "--cluster-id", id, .. Tls]);
        servers.Add(server);
        await server.StartAsync();
    }

    private void Save(string name, X509Certificate2 certificate)
    {
        File.WriteAllText(Path.Combine(folder, $"{name}.crt"), certificate.ExportCertificatePem());
        File.WriteAllText(Path.Combine(folder, $"{name}.key"), certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
    }

    public static X509Certificate2 Issue(string name, X509Certificate2? issuer)
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(issuer is null, false, 0, true));
        var (from, to) = (DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(12));
        return issuer is null
            ? request.CreateSelfSigned(from, to.AddHours(1))
            : request.Create(issuer, from, to, RandomNumberGenerator.GetBytes(8)).CopyWithPrivateKey(key);
    }

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}

public sealed class TlsTests(TlsCluster tls) : IClassFixture<TlsCluster>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Members_reach_each_other_and_nobody_else_gets_in()
    {
        // One grain, which stands on one silo: asked from both, and through a gateway.
        foreach (var server in tls.Servers)
            await server.Services.GetRequiredService<IGrainFactory>().GetGrain<IRecountGrain>(IRecountGrain.Key).GetAsync();

        foreach (var port in new[] { tls.SiloPort, tls.GatewayPort })
        {
            Assert.True(await IsClosedToAsync(port, null), "somebody without a certificate");
            Assert.True(await IsClosedToAsync(port, TlsCluster.Issue("stranger", TlsCluster.Issue("other-authority", null))), "somebody of another authority");
            Assert.True(await IsClosedToPlainAsync(port), "somebody without encryption");
        }
    }

    [Fact]
    public async Task Http_speaks_tls_of_version_1_2_and_up_only()
    {
        var address = new Uri(tls.Servers[2].Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        Assert.Equal("https", address.Scheme);
        using var handler = new SocketsHttpHandler();
        handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate!.Issuer == tls.Authority.Subject;
        using var client = new HttpClient(handler) { BaseAddress = address };
        var answer = await client.GetAsync("/health/live", Ct);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.True(answer.Headers.Contains("Strict-Transport-Security"));
        using var plain = new HttpClient();
        await Assert.ThrowsAsync<HttpRequestException>(() => plain.GetAsync($"http://127.0.0.1:{address.Port}/health/live", Ct));
    }

    [Fact]
    public void Where_encryption_is_required_nothing_starts_without_it()
    {
        string[] required = ["--FangFanPin:Tls:Required=true", "--role", "api", "--data", tls.Folder, "--port", "0"];
        var nothing = Assert.Throws<InvalidOperationException>(() => Server.Build([.. required, "--connection", tls.ConnectionString]));
        Assert.Contains("证书", nothing.Message, StringComparison.Ordinal);
        var unencrypted = Assert.Throws<InvalidOperationException>(() => Server.Build([.. required, .. tls.Tls, "--connection", tls.ConnectionString]));
        Assert.Contains("SSL Mode", unencrypted.Message, StringComparison.Ordinal);
        _ = Server.Build([.. required, .. tls.Tls, "--connection", $"{tls.ConnectionString};SSL Mode=VerifyFull"]);
    }

    private static async Task<bool> IsClosedToAsync(int port, X509Certificate2? certificate)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, port, Ct);
        await using var ssl = new SslStream(socket.GetStream());
        try
        {
            await ssl.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
            {
                TargetHost = "localhost", ClientCertificates = certificate is null ? null : [certificate], RemoteCertificateValidationCallback = (_, _, _, _) => true,
            }, Ct);
            // With TLS 1.3 the refusal comes after the client's side is done.
            return await ssl.ReadAsync(new byte[1], Ct) == 0;
        }
        catch (Exception e) when (e is IOException or AuthenticationException)
        {
            return true;
        }
    }

    private static async Task<bool> IsClosedToPlainAsync(int port)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, port, Ct);
        await socket.GetStream().WriteAsync(new byte[64], Ct);
        try
        {
            // An alert may come before the end.
            while (await socket.GetStream().ReadAsync(new byte[64], Ct) > 0) { }
            return true;
        }
        catch (IOException)
        {
            return true;
        }
    }
}
