using FangFanPin.Domain.Regions;
using FangFanPin.Domain.Sealing;
using FangFanPin.Storage.Regions;
using FangFanPin.Tests.Shared;
using Npgsql;
using Xunit;

namespace FangFanPin.Tests.Postgres.Households;

/// <summary>
/// 200,000 households in whole counties of the real division list, so that a village is a village and the province is much; <c>FFP_TEST_PLAIN</c>
/// asks for another number. Big enough for the planner to mind what it reads.
/// </summary>
public sealed class PlainDatabase(PostgresCluster cluster) : IAsyncLifetime
{
    private readonly PostgresDatabase database = new(cluster);

    public NpgsqlDataSource Source { get; private set; } = null!;
    public string Admin => database.AdminConnectionString;
    public OneTree Regions { get; } = new(new RegionTree(1, [.. DivisionList.Read()]));
    public long Households { get; private set; }

    /// <summary>A village in the middle, and what it lies in, from the province down.</summary>
    public IReadOnlyList<Region> Path { get; private set; } = [];

    public async ValueTask InitializeAsync()
    {
        await database.InitializeAsync();
        var wanted = int.TryParse(Environment.GetEnvironmentVariable("FFP_TEST_PLAIN"), out var given) ? given : 200_000;
        string[] villages = [.. Regions.Tree.All.Where(r => r.Level == RegionLevel.Village).Select(r => r.Code.ToString()).Order().Take(wanted / PlainProvince.HouseholdsPerVillage)];
        await using (var connection = new NpgsqlConnection(Admin))
        {
            await connection.OpenAsync();
            (Households, _) = await PlainProvince.FillAsync(connection, villages, documentBytes: 320);
        }
        Path = Regions.Tree.PathTo(RegionCode.Parse(villages[villages.Length / 2]));
        Source = NpgsqlDataSource.Create(database.ConnectionString);
    }

    public async ValueTask DisposeAsync()
    {
        await Source.DisposeAsync();
        await database.DisposeAsync();
    }

    public sealed class OneTree(RegionTree tree) : IRegions
    {
        public RegionTree Tree => tree;
        public Task RefreshAsync(CancellationToken ct) => Task.CompletedTask;
    }

    /// <summary>Hashes as the filling has them; seals nothing.</summary>
    public sealed class PlainHashes : ISealer
    {
        public byte[] Seal(SealPlace place, ReadOnlySpan<byte> plain, KeptPart? end) => throw new NotSupportedException();
        public byte[] Open(SealPlace place, ReadOnlySpan<byte> box) => throw new NotSupportedException();
        public (byte[] Start, KeptPart? End) OpenParts(SealPlace place, ReadOnlySpan<byte> box) => throw new NotSupportedException();
        public byte[]? BlindIndex(BlindKind kind, string? normalised) => normalised is null ? null : PlainProvince.Hash(" csp"[(int)kind], normalised);
        public byte[][] BlindIndexes(BlindKind kind, string? normalised) => BlindIndex(kind, normalised) is { } hash ? [hash] : [];
        public byte[] Fingerprint(SealPlace place, ReadOnlySpan<byte> plain, KeptPart? end) => throw new NotSupportedException();
        public bool HasFingerprint(SealPlace place, ReadOnlySpan<byte> plain, ReadOnlySpan<byte> fingerprint) => throw new NotSupportedException();
    }
}
