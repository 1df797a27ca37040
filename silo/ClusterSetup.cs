using System.Net;
using System.Text.Json.Serialization;
using FangFanPin.Contracts.Storage;
using FangFanPin.Domain;
using FangFanPin.Storage.Records;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Serialization;
using Orleans.Storage;

namespace FangFanPin.Silo;

/// <summary>Membership, reminders, the <c>default</c> storage and the wire, for silos and for clients of them.</summary>
internal static class ClusterSetup
{
    private const string Invariant = "Npgsql";
    /// <summary>Grains that are read only through themselves. The <c>records</c> provider is registered by its feature.</summary>
    private const string DefaultStorage = "default";

    public static void AddCluster(this ISiloBuilder silo, SiloSettings settings)
    {
        var connection = settings.RequiredConnectionString();
        silo.Configure<ClusterOptions>(o => (o.ClusterId, o.ServiceId) = (settings.ClusterId, SiloSettings.ServiceId));
        // Neither port faces anything but this machine, unless certificates make members known (TlsSettings).
        silo.ConfigureEndpoints(IPAddress.Loopback, settings.SiloPort, settings.GatewayPort, listenOnAnyHostAddress: false);
        silo.UseAdoNetClustering(o => (o.Invariant, o.ConnectionString) = (Invariant, connection));
        silo.UseAdoNetReminderService(o => (o.Invariant, o.ConnectionString) = (Invariant, connection));
        SpokenReminderTable.Cover(silo.Services);
        silo.AddAdoNetGrainStorage(DefaultStorage, options => options.Configure<IOptions<SystemTextJsonGrainStorageSerializerOptions>>((o, json) =>
        {
            (o.Invariant, o.ConnectionString) = (Invariant, connection);
            o.GrainStorageSerializer = new SystemTextJsonGrainStorageSerializer(json);
        }));
        silo.Configure<SystemTextJsonGrainStorageSerializerOptions>(o =>
        {
            o.JsonSerializerOptions.TypeInfoResolver = WireJson.Options.TypeInfoResolver;
            o.JsonSerializerOptions.Encoder = WireJson.Options.Encoder;
            // The resolver leaves nulls out, except of required members.
            o.JsonSerializerOptions.DefaultIgnoreCondition = JsonIgnoreCondition.Never;
        });
        settings.Memory.ForSilo(silo, TimeSpan.FromMinutes(settings.CollectionMinutes));
        // A dead silo is declared dead after about six seconds: figures must be right ten seconds after a recovery.
        silo.Configure<ClusterMembershipOptions>(o => (o.ProbeTimeout, o.NumMissedProbesLimit) = (TimeSpan.FromSeconds(2), 3));
        // Every five seconds each household in memory, locked, for a line in the log about calls that take long: of 100,000 a hundredth of the server.
        silo.Configure<SiloMessagingOptions>(o => o.GrainWorkloadAnalysisPeriod = TimeSpan.FromSeconds(15));
        settings.Tls.ForSilo(silo);
        silo.Services.AddWire();
        if (Telemetry.IsExported(silo.Configuration)) silo.AddActivityPropagation();
        silo.Services.AddSingleton<IDatabaseFaultFilter, DatabaseFaultFilter>();
    }

    public static void AddCluster(this IClientBuilder client, SiloSettings settings)
    {
        var connection = settings.RequiredConnectionString();
        client.Configure<ClusterOptions>(o => (o.ClusterId, o.ServiceId) = (settings.ClusterId, SiloSettings.ServiceId));
        client.UseAdoNetClustering(o => (o.Invariant, o.ConnectionString) = (Invariant, connection));
        // Silos that are replaced one after the other within a minute, the default, would leave the client with addresses of dead ones only.
        client.Configure<GatewayOptions>(o => o.GatewayListRefreshPeriod = TimeSpan.FromSeconds(5));
        settings.Tls.ForClient(client);
        client.Services.AddWire();
        if (Telemetry.IsExported(client.Configuration)) client.AddActivityPropagation();
    }

    /// <summary>The same on both sides, and in test clusters: Domain types cross as JSON, so that Domain needs nothing of the actor framework.</summary>
    public static void AddWire(this IServiceCollection services) =>
        services.AddSerializer(serializer => serializer.AddJsonSerializer(type => type.Assembly == typeof(DomainError).Assembly, WireJson.Options));
}
