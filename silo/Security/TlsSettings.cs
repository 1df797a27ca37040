using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Npgsql;

namespace FangFanPin.Silo.Security;

/// <summary>
/// Section <c>FangFanPin:Tls</c>: TLS 1.2 and up for HTTP and between processes of the cluster. The database is spoken to as the connection
/// string says (<c>SSL Mode=VerifyFull;Root Certificate=…</c>). Without a certificate nothing is encrypted.
/// </summary>
internal sealed class TlsSettings
{
    private const SslProtocols Protocols = SslProtocols.Tls12 | SslProtocols.Tls13;

    /// <summary>PEM file of this process's certificate, for HTTP and for the cluster.</summary>
    public string Certificate { get; set; } = "";

    /// <summary>PEM file of its key.</summary>
    public string Key { get; set; } = "";

    /// <summary>PEM file of the authority whose certificates make a process a member of the cluster; empty leaves the cluster unencrypted.</summary>
    public string Authority { get; set; } = "";

    /// <summary>Refuses to start when anything would go unencrypted.</summary>
    public bool Required { get; set; }

    public bool ForHttp => Certificate.Length > 0;
    public bool ForCluster => ForHttp && Authority.Length > 0;

    /// <exception cref="InvalidOperationException">TLS is required and not everywhere; the message is for the operator.</exception>
    public void Check(string connectionString)
    {
        if (!Required) return;
        var mode = new NpgsqlConnectionStringBuilder(connectionString).SslMode;
        if (!ForHttp) throw new InvalidOperationException("已要求全程加密(FangFanPin:Tls:Required),但没有设置 HTTP 证书(Certificate、Key)。");
        if (!ForCluster) throw new InvalidOperationException("已要求全程加密(FangFanPin:Tls:Required),但没有设置集群证书颁发机构(Authority)。");
        if (mode is not (SslMode.VerifyCA or SslMode.VerifyFull)) throw new InvalidOperationException("已要求全程加密(FangFanPin:Tls:Required),但数据库连接的 SSL Mode 不是 VerifyCA 或 VerifyFull。");
    }

    public void ForKestrel(Microsoft.AspNetCore.Server.Kestrel.Core.ListenOptions listen)
    {
        if (!ForHttp) return;
        var certificate = Own();
        listen.UseHttps(https => (https.ServerCertificate, https.SslProtocols) = (certificate, Protocols));
    }

    public void ForSilo(ISiloBuilder silo)
    {
        if (!ForCluster) return;
        var (accept, open) = (new TlsTransport(Accepting(), null), new TlsTransport(null, Opening()));
        silo.Configure<Orleans.Configuration.SiloConnectionOptions>(options =>
        {
            options.ConfigureSiloInboundConnection(accept.Use);
            options.ConfigureGatewayInboundConnection(accept.Use);
            options.ConfigureSiloOutboundConnection(open.Use);
        });
        // A silo is a client of its own cluster too.
        silo.Configure<Orleans.Configuration.ClientConnectionOptions>(options => options.ConfigureConnection(open.Use));
    }

    public void ForClient(IClientBuilder client)
    {
        if (!ForCluster) return;
        var open = new TlsTransport(null, Opening());
        client.Configure<Orleans.Configuration.ClientConnectionOptions>(options => options.ConfigureConnection(open.Use));
    }

    private SslServerAuthenticationOptions Accepting() => new()
    {
        ServerCertificate = Own(),
        ClientCertificateRequired = true,
        EnabledSslProtocols = Protocols,
        CertificateChainPolicy = Trust(),
        RemoteCertificateValidationCallback = IsMember,
    };

    private SslClientAuthenticationOptions Opening() => new()
    {
        TargetHost = "fangfanpin",
        ClientCertificates = [Own()],
        EnabledSslProtocols = Protocols,
        CertificateChainPolicy = Trust(),
        RemoteCertificateValidationCallback = IsMember,
    };

    private X509Certificate2 Own() => X509Certificate2.CreateFromPemFile(Certificate, Key);

    private X509ChainPolicy Trust()
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.ImportFromPemFile(Authority);
        return policy;
    }

    /// <summary>Silos find each other by address: it is the authority that makes a member, not the name.</summary>
    private static bool IsMember(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors) =>
        certificate is not null && (errors & ~SslPolicyErrors.RemoteCertificateNameMismatch) == SslPolicyErrors.None;
}
