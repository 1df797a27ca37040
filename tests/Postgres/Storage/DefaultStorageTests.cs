using FangFanPin.Tests.Shared;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Orleans;
using Orleans.Configuration;
using Orleans.Runtime;
using Orleans.Serialization;
using Orleans.Serialization.Serializers;
using Orleans.Storage;

namespace FangFanPin.Tests.Postgres.Storage;

/// <summary>The AdoNet provider on our own statements (deploy/sql/0001_orleans.sql).</summary>
public sealed class DefaultStorageTests(PostgresDatabase database) : GrainStorageBehaviour<DefaultStorageTests.Counted>(database)
{
    private static readonly GrainType Type = GrainType.Create("behaviour");

    public sealed class Counted
    {
        public int Number { get; set; }
        public string Text { get; set; } = "";
    }

    protected override string StateName => "behaviour";
    protected override GrainId NewKey() => GrainId.Create(Type, $"import/{Guid.NewGuid():N}");
    protected override Counted Make(int number) => new() { Number = number, Text = "县" };
    protected override int NumberOf(Counted? state) => state!.Number;
    protected override Counted Empty() => new();

    protected override async Task<OpenedStorage> OpenAsync(string connectionString)
    {
        var services = new ServiceCollection().AddLogging().AddSerializer().BuildServiceProvider();
        var options = new AdoNetGrainStorageOptions
        {
            Invariant = "Npgsql",
            ConnectionString = connectionString,
            GrainStorageSerializer = new SystemTextJsonGrainStorageSerializer(Options.Create(new SystemTextJsonGrainStorageSerializerOptions())),
        };
        var storage = new AdoNetGrainStorage(services.GetRequiredService<IActivatorProvider>(), NullLogger<AdoNetGrainStorage>.Instance,
            Options.Create(options), Options.Create(new ClusterOptions { ServiceId = "behaviour", ClusterId = "behaviour" }), "default");
        var lifecycle = new SiloLifecycleSubject(NullLogger<SiloLifecycleSubject>.Instance);
        storage.Participate(lifecycle);
        await lifecycle.OnStart(CancellationToken.None);
        return new OpenedStorage(storage, services);
    }
}
