using System.Runtime.CompilerServices;
using FangFanPin.Domain.Figures;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Regions;
using FangFanPin.Domain.Sealing;
using FangFanPin.Storage.Records;
using Npgsql;
using NpgsqlTypes;

namespace FangFanPin.Storage.Households;

/// <inheritdoc cref="IHouseholdReader"/>
/// <remarks>The names of the path to the village are today's: a document keeps those of its last change, and regions are renamed and moved without touching it.</remarks>
public sealed class HouseholdReader(NpgsqlDataSource database, ISealer sealer, IVillages villages) : IHouseholdReader, IAreaOf
{
    private const string Columns = "select code, version, coalesce(changed_version, version), changed_at, changed_by, contribution, document from household ";
    private const string ByCodes = Columns + "where code = any ($1) and document is not null";
    private const string ByVillage = Columns + "where village = $1 and code > $2 and document is not null order by code";
    private const string VillageOf = "select village from household where code = $1 and village is not null";

    public async Task<ReadHousehold?> FindAsync(string code, CancellationToken ct = default) =>
        (await FindAsync([code], ct)).GetValueOrDefault(code);

    public async Task<IReadOnlyDictionary<string, ReadHousehold>> FindAsync(IReadOnlyCollection<string> codes, CancellationToken ct = default)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(codes.Count, HouseholdReading.KeysMax, nameof(codes));
        await using var command = database.CreateCommand(ByCodes).WithArray<string>(NpgsqlDbType.Text, [.. codes]);
        var found = new Dictionary<string, ReadHousehold>(StringComparer.Ordinal);
        await foreach (var household in OpenAsync(command, ct)) found.Add(household.Code, household);
        return found;
    }

    public async IAsyncEnumerable<ReadHousehold> OfVillageAsync(string village, string after = "", [EnumeratorCancellation] CancellationToken ct = default)
    {
        await using var command = database.CreateCommand(ByVillage);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = village });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = after });
        await foreach (var household in OpenAsync(command, ct)) yield return household;
    }

    async ValueTask<RegionCode?> IAreaOf.FindAsync(string id, CancellationToken ct)
    {
        await using var command = database.CreateCommand(VillageOf);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = id });
        return RegionCode.TryParse(await command.ExecuteScalarAsync(ct) as string, out var village) ? village : null;
    }

    private async IAsyncEnumerable<ReadHousehold> OpenAsync(NpgsqlCommand command, [EnumeratorCancellation] CancellationToken ct)
    {
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
            if (Open(reader) is { } household) yield return household;
    }

    private ReadHousehold? Open(NpgsqlDataReader reader)
    {
        var (code, version) = (reader.GetString(0), reader.GetInt64(1));
        var plain = sealer.Open(new SealPlace(HouseholdMapping.Table, code, version), reader.GetFieldValue<byte[]>(6));
        return StateDocument.DecodeFile(plain) is not { } file ? null : new ReadHousehold
        {
            Code = code,
            Version = reader.GetInt64(2),
            StoredVersion = version,
            File = villages.Find(file.Household.AreaCode) is { } path ? file with { Household = path.Naming(file.Household) } : file,
            Contribution = CellVector.Decode(reader.GetFieldValue<byte[]>(5)),
            ChangedAt = reader.IsDBNull(3) ? null : reader.GetFieldValue<DateTimeOffset>(3),
            ChangedBy = reader.IsDBNull(4) ? null : reader.GetString(4),
        };
    }
}
