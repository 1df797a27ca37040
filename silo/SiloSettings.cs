using FangFanPin.Silo.Security;
using FangFanPin.Storage.Sealing;
using Microsoft.Extensions.Configuration;

namespace FangFanPin.Silo;

/// <summary>What a process is and where it finds things. From appsettings.json, environment (<c>FangFanPin__SiloPort</c>) and arguments, the last wins.</summary>
internal sealed class SiloSettings
{
    private const string Section = "FangFanPin";

    /// <summary>Never changes for the life of the data: rows of state carry it.</summary>
    public const string ServiceId = "fangfanpin";

    private static readonly Dictionary<string, string> Switches = new()
    {
        ["--role"] = $"{Section}:{nameof(Role)}",
        ["--port"] = $"{Section}:{nameof(HttpPort)}",
        ["--silo-port"] = $"{Section}:{nameof(SiloPort)}",
        ["--gateway-port"] = $"{Section}:{nameof(GatewayPort)}",
        ["--cluster-id"] = $"{Section}:{nameof(ClusterId)}",
        ["--data"] = $"{Section}:{nameof(DataFolder)}",
        ["--memory"] = $"{Section}:{nameof(Memory)}:{nameof(MemorySettings.LimitMb)}",
        ["--connection"] = "ConnectionStrings:Main",
    };

    public SiloRole Role { get; set; } = SiloRole.All;

    /// <summary>0: any free one.</summary>
    public int HttpPort { get; set; } = 8080;
    public int SiloPort { get; set; } = 11111;

    /// <summary>Where API processes come in.</summary>
    public int GatewayPort { get; set; } = 30000;

    /// <summary>One deployment; silos of one id find each other through the database.</summary>
    public string ClusterId { get; set; } = "local";

    /// <summary>This installation's own files: keys, uploads on their way.</summary>
    public string DataFolder { get; set; } = ".data";

    /// <summary>Idle time after which a household or a case leaves memory.</summary>
    public double CollectionMinutes { get; set; } = 15;

    /// <summary>How much this process may take.</summary>
    public MemorySettings Memory { get; set; } = new();

    /// <summary>Sessions to the database, per process.</summary>
    public int DatabasePoolMax { get; set; } = 60;

    /// <summary>Seconds for a clean stop, HTTP and silo together.</summary>
    public int StopSeconds { get; set; } = 60;

    /// <summary>Encryption on the way.</summary>
    public TlsSettings Tls { get; set; } = new();

    /// <summary>Who keeps the keys of documents, and how they are exchanged.</summary>
    public KeySettings Keys { get; set; } = new();

    public string ConnectionString { get; set; } = "";

    public string RequiredConnectionString() =>
        ConnectionString.Length > 0 ? ConnectionString : throw new InvalidOperationException("没有数据库连接:请设置 ConnectionStrings__Main 或 --connection。");

    /// <summary>The ring of the data folder; made when there is none.</summary>
    public KeyRingSource KeyRing(TimeProvider clock) => new(Keys.FileIn(DataFolder), clock, Keys.Suite);

    /// <summary>Settings of a verb that is no server.</summary>
    public static SiloSettings Read(string[] args) => From(Add(new ConfigurationBuilder().AddEnvironmentVariables(), args).Build());

    public static SiloSettings From(IConfiguration configuration)
    {
        var settings = new SiloSettings();
        configuration.GetSection(Section).Bind(settings);
        settings.ConnectionString = configuration.GetConnectionString("Main") ?? "";
        return settings;
    }

    public static TBuilder Add<TBuilder>(TBuilder configuration, string[] args) where TBuilder : IConfigurationBuilder
    {
        configuration.AddCommandLine(args, Switches);
        return configuration;
    }
}

internal enum SiloRole
{
    /// <summary>Silo and API in one process, no hop between them.</summary>
    All,

    /// <summary>Grains only; HTTP answers health and metrics.</summary>
    Silo,

    /// <summary>API only, a client of the silos.</summary>
    Api,
}
