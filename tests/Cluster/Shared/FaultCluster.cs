using FangFanPin.Contracts;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using FangFanPin.Api.Accounts;
using FangFanPin.Contracts.Rollup;
using FangFanPin.Domain.Regions;
using FangFanPin.Domain.Sealing;
using FangFanPin.Silo;
using FangFanPin.Storage.Accounts;
using FangFanPin.Storage.Migrations;
using FangFanPin.Storage.Regions;
using FangFanPin.Storage.Sealing;
using FangFanPin.Tests.Cluster.Shared;
using FangFanPin.Tests.Shared;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Xunit;

namespace FangFanPin.Tests.Cluster.Shared;

/// <summary>
/// What faults are done to: a PostgreSQL of its own, two silo processes, and a client of them in this process. Tests of the collection run
/// one after another and leave two silos behind.
/// </summary>
public sealed class FaultCluster : IAsyncLifetime
{
    private const string Database = "faults";
    private const string Password = "faults-only-password";

    /// <summary>The protocol is the same at any size, and a small tree leaves the machine to the faults; <c>FFP_WHOLE_PROVINCE=1</c> takes all 55,164 regions.</summary>
    private static readonly bool WholeProvince = Environment.GetEnvironmentVariable("FFP_WHOLE_PROVINCE") == "1";

    private const string FewRegions = """
        create temp table ranked as select code, parent, level, row_number() over (partition by parent order by code desc) as place from region;
        create temp table kept as
        with recursive down as (
            select code, level from ranked where level = 0
            union all
            select r.code, r.level from ranked r join down d on r.parent = d.code
            where r.place <= case r.level when 1 then 2 when 2 then 2 when 3 then 3 else 99 end or (d.level = 0 and r.level = 2)
        )
        select code from down;
        delete from region where code not in (select code from kept);
        delete from region_epoch where region not in (select code from kept);
        """;

    /// <summary>Slow enough to be met in the middle, and taken up again as soon as the dead are known to be dead.</summary>
    private static readonly string[] SlowImports =
    [
        "--FangFanPin:ImportWork:CommandsAtOnce", "2", "--FangFanPin:ImportWork:CommitBatch", "64", "--FangFanPin:ImportWork:NewBatch", "1", "--FangFanPin:ImportWork:PreviewBatch", "4",
        "--FangFanPin:ImportWork:Silence", "00:00:05", "--FangFanPin:ImportWork:SweepEvery", "00:00:01",
        "--FangFanPin:Sync:Silence", "00:00:05", "--FangFanPin:Sync:LookEvery", "00:00:01",
    ];

    private readonly string clusterId = $"faults-{Guid.NewGuid():N}"[..20];
    private readonly string folder = Directory.CreateTempSubdirectory("ffp-faults-").FullName;
    private readonly List<ServerProcess> silos = [];
    private IHost client = null!;
    private ServerProcess? api;
    private int started;

    internal PrivatePostgres Postgres { get; private set; } = null!;

    /// <summary>As the role that the servers have.</summary>
    public NpgsqlDataSource Source { get; private set; } = null!;
    public IGrainFactory Grains => client.Services.GetRequiredService<IClusterClient>();
    public RegionTree Tree { get; private set; } = null!;
    public string DataFolder => folder;

    /// <summary>With the keys of the processes.</summary>
    public ISealer Sealer => field ??= new RingSealer(new KeyRingFile(Path.Combine(folder, "keys.json")).OpenOrCreate());

    /// <summary>Where the silos look for the national system's exports; not there until a test puts it there.</summary>
    public string ExtractFolder => Path.Combine(folder, "national");

    /// <summary>Set by a test that fails: the logs of all processes then stay where they are.</summary>
    public bool KeepLogs { get; set; }
    internal IReadOnlyList<ServerProcess> Silos => silos;

    public async ValueTask InitializeAsync()
    {
        Postgres = await PrivatePostgres.StartAsync();
        Source = await PrepareAsync();
        await StartSiloAsync();
        await StartSiloAsync();
        Tree = await new RegionStore(Source).LoadAsync(default);
        client = BuildClient(clusterId, Connection);
        await client.StartAsync();
        await Patience.UntilAsync(ProvinceIncompleteAsync, Patience.Generous);
    }

    public async ValueTask DisposeAsync()
    {
        if (client is not null)
        {
            await client.StopAsync();
            client.Dispose();
        }
        if (api is not null) await api.DisposeAsync();
        foreach (var silo in silos) await silo.DisposeAsync();
        if (Source is not null) await Source.DisposeAsync();
        if (Postgres is not null) await Postgres.DisposeAsync();
        if (!KeepLogs) Directory.Delete(folder, recursive: true);
    }

    /// <summary>Starts one more silo and waits until it is an active member.</summary>
    internal async Task<ServerProcess> StartSiloAsync()
    {
        var silo = ServerProcess.Start($"silo{++started}", folder,
            ["--role", "silo", "--connection", Connection, "--data", folder, "--cluster-id", clusterId, "--FangFanPin:Sync:Folder", ExtractFolder, .. SlowImports]);
        silos.Add(silo);
        await silo.WaitReadyAsync(Patience.Generous);
        return silo;
    }

    /// <summary>A client of the API process, which is started when it is first needed; signed in as a new account of the whole province.</summary>
    internal async Task<HttpClient> SignInAsync(string role)
    {
        if (api is null)
        {
            api = ServerProcess.Start("api", folder, "--role", "api", "--connection", Connection, "--data", folder, "--cluster-id", clusterId,
                "--FangFanPin:Edges:AccountPerMinute=0", "--FangFanPin:Edges:AddressPerMinute=0");
            await api.WaitReadyAsync(Patience.Generous);
        }
        var name = $"faults-{Guid.NewGuid():N}"[..20];
        var account = new Account(name, Passwords.Hash(Password), "测试账号", [role], Tree.Root!.Code, MustChange: false, Disabled: false);
        await new AccountStore(Source, AccountKeys.OfFolder(folder)).CreateAsync(account);
        var http = new HttpClient { BaseAddress = api.Address, Timeout = Patience.Generous };
        using var answer = await http.PostAsJsonAsync("/api/v1/login", new LoginRequest(name, Password));
        answer.EnsureSuccessStatusCode();
        var login = await answer.Content.ReadFromJsonAsync<LoginResponse>();
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", login!.Token);
        return http;
    }

    /// <summary>Forgets processes that have ended and starts silos until there are two.</summary>
    internal async Task<IReadOnlyList<ServerProcess>> TwoSilosAsync()
    {
        foreach (var gone in silos.Where(s => s.HasExited).ToList())
        {
            await gone.DisposeAsync();
            silos.Remove(gone);
        }
        while (silos.Count < 2) await StartSiloAsync();
        return silos;
    }

    /// <summary>Twelve villages of two counties of different cities.</summary>
    internal IReadOnlyList<RegionCode> Villages()
    {
        var counties = Tree.All.Where(r => r.Level == RegionLevel.County).OrderBy(r => r.Code).DistinctBy(r => r.Parent).Take(2);
        return [.. counties.SelectMany(c => Tree.ChildrenOf(c.Code).Take(2)).SelectMany(t => Tree.ChildrenOf(t.Code).Take(3)).Select(v => v.Code)];
    }

    /// <summary>The table's view of a silo; null when it is not in it.</summary>
    internal async Task<SiloStatus?> StatusAsync(ServerProcess silo)
    {
        await using var command = Source.CreateCommand("select status from orleansmembership where deploymentid = $1 and port = $2 order by generation desc limit 1");
        command.Parameters.Add(new() { Value = clusterId });
        command.Parameters.Add(new() { Value = silo.Ports.Silo });
        return await command.ExecuteScalarAsync() is int status ? (SiloStatus)status : null;
    }

    private string Connection => $"{Source.ConnectionString};Password={Password}";

    private async Task<NpgsqlDataSource> PrepareAsync()
    {
        await PostgresCluster.ExecuteAsync(Postgres.AdminConnectionString, $"create role ffp_faults login password '{Password}' in role ffp_app");
        await PostgresCluster.ExecuteAsync(Postgres.AdminConnectionString, $"create database {Database}");
        var owner = new NpgsqlConnectionStringBuilder(PostgresCluster.On(Postgres.AdminConnectionString, Database)) { Pooling = false };
        new Migrator(owner.ToString()).Migrate();
        await using (var admin = NpgsqlDataSource.Create(owner)) await new RegionStore(admin).SeedAsync(default);
        if (!WholeProvince) await PostgresCluster.ExecuteAsync(owner.ToString(), FewRegions);
        var runtime = new NpgsqlConnectionStringBuilder(owner.ToString()) { Username = "ffp_faults", Password = Password, Pooling = true };
        return NpgsqlDataSource.Create(runtime);
    }

    /// <summary>A client of the silos of one deployment, as an API process is one.</summary>
    internal static IHost BuildClient(string clusterId, string connection)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Logging.SetMinimumLevel(LogLevel.Error);
        var settings = new SiloSettings { ClusterId = clusterId, ConnectionString = connection };
        builder.UseOrleansClient(c => c.AddCluster(settings));
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        return builder.Build();
    }

    /// <summary>Signals are for the test program, not for the client in it.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;
        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    private async Task<string?> ProvinceIncompleteAsync()
    {
        var province = Grains.Region(Tree.Root!);
        return (await province.GetStampAsync()).Complete ? null : "the province has no complete figure";
    }
}

[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class FaultTests : ICollectionFixture<FaultCluster>
{
    public const string Name = "faults";
}
